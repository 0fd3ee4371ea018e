import { existsSync, statSync } from 'node:fs';
import { ACCOUNT, REGION } from '../kernel/identity';
import { Resource } from '../kernel/resource';
import { Assembly } from './assembly';
import { FileAsset, ImageAsset } from './assets';
import { readDockerfile } from './dockerfile';
import { AssemblyError } from './files';
import { foreignBinaries } from './native-binaries';

/** Where the code of a function lies on this machine. */
export interface FunctionCode {
  readonly directory: string;
  /** `file.export`, as Lambda's Handler. */
  readonly handler: string;
  /** The runtime of a Zip function, the base image of an image function. */
  readonly runtime: string;
  /** Variables the image sets; the function's own win. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Finds the code of an `AWS::Lambda::Function` in the assembly's assets. */
export function codeOf(assembly: Assembly, lambda: Resource): FunctionCode {
  const code = lambda.properties.PackageType === 'Image' || lambda.properties.Code?.ImageUri
    ? imageCode(assembly, lambda)
    : zipCode(assembly, lambda);
  const foreign = foreignBinaries(code.directory);
  if (foreign.length > 0) refuse(lambda, `${foreign[0]} is a native module for another machine`);
  return code;
}

function imageCode(assembly: Assembly, lambda: Resource): FunctionCode {
  const uri = String(lambda.properties.Code?.ImageUri);
  const [repository, tag] = splitImage(uri);
  const images = assembly.stacks.flatMap((stack): readonly ImageAsset[] => stack.assets.images);
  const asset = images.find((image) => image.imageTag === tag && repository.endsWith(`/${resolveName(image.repositoryName)}`))
    ?? refuse(lambda, `its image ${uri} is not an asset of this assembly. For a laptop, synthesize the app with HandlerPackaging.container() or zip()`);
  if (!existsSync(asset.directory)) refuse(lambda, `${asset.directory} is missing; run "cdk synth" first`);
  if (asset.buildOptions.length > 0) refuse(lambda, `the local runner does not build images, so ${asset.buildOptions.join(', ')} is not supported`);
  const image = readDockerfile(asset.directory, asset.dockerFile, asset.buildArguments);
  const { Command, EntryPoint, WorkingDirectory } = lambda.properties.ImageConfig ?? {};
  if (EntryPoint || WorkingDirectory) refuse(lambda, 'the local runner does not support ImageConfig.EntryPoint and WorkingDirectory');
  const handler = Command?.[0] ?? image.command ?? refuse(lambda, 'neither its Dockerfile nor ImageConfig names a command');
  return { directory: image.directory, handler, runtime: image.baseImage, environment: image.environment };
}

function zipCode(assembly: Assembly, lambda: Resource): FunctionCode {
  const { Code, Handler, Runtime } = lambda.properties;
  if (Code?.ZipFile !== undefined) refuse(lambda, 'the local runner does not support inline code');
  if (!String(Runtime).startsWith('nodejs')) refuse(lambda, `the local runner does not support the runtime ${Runtime}`);
  const files = assembly.stacks.flatMap((stack): readonly FileAsset[] => stack.assets.files);
  const asset = files.find((file) => file.objectKey === Code?.S3Key)
    ?? refuse(lambda, `its code s3://${Code?.S3Bucket}/${Code?.S3Key} is not an asset of this assembly`);
  if (!existsSync(asset.path)) refuse(lambda, `${asset.path} is missing; run "cdk synth" first`);
  if (!statSync(asset.path).isDirectory()) refuse(lambda, `the local runner does not unpack archives (${asset.path}); use a directory asset`);
  return { directory: asset.path, handler: Handler, runtime: Runtime, environment: {} };
}

function splitImage(uri: string): [string, string] {
  const colon = uri.lastIndexOf(':');
  return [uri.slice(0, colon), uri.slice(colon + 1)];
}

/** Asset manifests leave the account and region to whoever publishes them. */
function resolveName(name: string): string {
  return name.replaceAll('${AWS::AccountId}', ACCOUNT).replaceAll('${AWS::Region}', REGION).replaceAll('${AWS::Partition}', 'aws');
}

function refuse(lambda: Resource, why: string): never {
  throw new AssemblyError(`${lambda.logicalId} (${lambda.type}): ${why}`);
}
