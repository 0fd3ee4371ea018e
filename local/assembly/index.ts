export { readAssembly, type Assembly, type AssemblyStack } from './assembly';
export { type Assets, type FileAsset, type ImageAsset } from './assets';
export { codeOf, type FunctionCode } from './code';
export { type DynamicReference } from './dynamic-references';
export { AssemblyError } from './files';
export { identityOf, isKnownType, type Identity } from './identity';
export { resolveStacks, type Resolved, type ResolvedResource, type ResolveOptions } from './resolve';
