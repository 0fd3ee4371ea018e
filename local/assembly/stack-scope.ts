import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { ACCOUNT, arn, REGION } from '../kernel/identity';
import { AssemblyStack } from './assembly';
import { evaluateCondition } from './conditions';
import { replaceDynamicReferences } from './dynamic-references';
import { readJson } from './files';
import { identityOf, isKnownType } from './identity';
import { evaluate, NO_VALUE, References } from './intrinsics';
import { localise } from './localise';
import { parameterValue } from './parameters';
import type { Resolution, ResolvedResource } from './resolve';
import { checkSections, Template, TemplateResource } from './template';

const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** One template with the values its intrinsic functions find in it. */
export class StackScope implements References {
  public static ofStack(resolution: Resolution, stack: AssemblyStack): StackScope {
    const { parameters = {} } = resolution.options;
    return new StackScope(resolution, stack, stack.name, stack.template, (name) => parameters[`${stack.name}:${name}`] ?? parameters[name]);
  }

  private readonly resolved = new Map<string, ResolvedResource>();
  private readonly nested = new Map<string, StackScope>();
  private readonly conditions = new Map<string, boolean>();
  private exported?: Map<string, string>;

  private constructor(
    private readonly resolution: Resolution,
    /** The deployed stack; a nested one shares its parent's assets. */
    private readonly stack: AssemblyStack,
    public readonly name: string,
    private readonly template: Template,
    private readonly given: (parameter: string) => string | undefined,
  ) {
    checkSections(template, name);
  }

  public get directory(): string {
    return this.stack.directory;
  }

  public resolveAll(): void {
    for (const logicalId of Object.keys(this.template.Resources ?? {})) this.visit(logicalId);
  }

  /** Output values by name, without those their condition leaves out. */
  public outputs(): Record<string, unknown> {
    return Object.fromEntries(this.outputNames().map((name) => [name, this.output(name)]));
  }

  public output(name: string): unknown {
    if (!this.outputNames().includes(name)) this.fail(`the stack ${this.name} has no output ${name}`);
    return this.resolution.enter(`${this.name}/Outputs/${name}`, () => evaluate(this.template.Outputs![name].Value, this));
  }

  /** Output names by export name. */
  public exports(): ReadonlyMap<string, string> {
    this.exported ??= new Map(this.outputNames().filter((name) => this.template.Outputs![name].Export)
      .map((name) => [String(evaluate(this.template.Outputs![name].Export!.Name, this)), name]));
    return this.exported;
  }

  public ref(name: string): unknown {
    if (name.startsWith('AWS::')) return this.pseudoParameter(name);
    const parameter = this.template.Parameters?.[name];
    return parameter ? parameterValue(this.name, name, parameter, this.given(name)) : this.referred(name).ref;
  }

  public attribute(logicalId: string, attribute: string): unknown {
    const { attributes, type } = this.referred(logicalId);
    if (type === NESTED_STACK && attribute.startsWith('Outputs.')) {
      return this.nested.get(logicalId)!.output(attribute.slice('Outputs.'.length));
    }
    return attributes[attribute] ?? this.fail(`the local runner does not know the attribute ${attribute} of ${logicalId} (${type})`);
  }

  public condition(name: string): boolean {
    const known = this.conditions.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.template.Conditions ?? {}, name)) this.fail(`there is no condition ${name}`);
    const truth = this.resolution.enter(`${this.name}/Conditions/${name}`, () => evaluateCondition(this.template.Conditions![name], this));
    this.conditions.set(name, truth);
    return truth;
  }

  public mapped(map: string, first: string, second: string): unknown {
    return this.template.Mappings?.[map]?.[first]?.[second];
  }

  public imported(exportName: string): unknown {
    return this.resolution.imported(this, exportName);
  }

  public stackOutput(stack: string, output: string): unknown {
    return this.resolution.stackOutput(this, stack, output);
  }

  public fail(message: string): never {
    return this.resolution.fail(message);
  }

  /** A resource something refers to: it must exist, and its identity be known. */
  private referred(logicalId: string): ResolvedResource {
    if (!Object.hasOwn(this.template.Resources ?? {}, logicalId)) this.fail(`refers to ${logicalId}, which the template does not have`);
    const resource = this.visit(logicalId);
    if (!resource) return this.fail(`refers to ${logicalId}, which its condition leaves out`);
    if (!isKnownType(resource.type)) {
      this.fail(`refers to ${logicalId} of type ${resource.type}, which the local runner does not know`);
    }
    return resource;
  }

  /** Resolves a resource after all it depends on; undefined when its condition leaves it out. */
  private visit(logicalId: string): ResolvedResource | undefined {
    const known = this.resolved.get(logicalId);
    if (known) return known;
    const resource = this.template.Resources![logicalId];
    if (resource.Condition && !this.condition(resource.Condition)) return undefined;
    return this.resolution.enter(`${this.name}/${logicalId}`, () => this.resolve(logicalId, resource));
  }

  private resolve(logicalId: string, resource: TemplateResource): ResolvedResource {
    for (const dependency of [resource.DependsOn ?? []].flat()) this.dependsOn(dependency);
    const properties = this.propertiesOf(resource);
    const constructPath = this.stack.constructPaths.get(logicalId);
    const resolved: ResolvedResource = {
      logicalId,
      stack: this.name,
      type: resource.Type,
      ...identityOf(resource.Type, logicalId, this.name, properties, this.resolution.endpoint),
      properties,
      metadata: { ...constructPath && { 'aws:cdk:path': constructPath }, ...resource.Metadata },
    };
    this.resolved.set(logicalId, resolved);
    if (resource.Type === NESTED_STACK) this.openNested(logicalId, properties);
    else this.resolution.resources.push(resolved);
    return resolved;
  }

  private dependsOn(logicalId: string): void {
    if (!Object.hasOwn(this.template.Resources ?? {}, logicalId)) this.fail(`depends on ${logicalId}, which the template does not have`);
    this.visit(logicalId);
  }

  private propertiesOf(resource: TemplateResource): Record<string, unknown> {
    const { dynamicReference } = this.resolution.options;
    return replaceDynamicReferences(evaluate(resource.Properties ?? {}, this), (found) => dynamicReference?.(found)
      ?? this.fail(`the local runner cannot look up {{resolve:${found.service}:${found.reference}}}`)) as Record<string, unknown>;
  }

  private openNested(logicalId: string, properties: Readonly<Record<string, unknown>>): void {
    const key = basename(String(properties.TemplateURL));
    const asset = this.stack.assets.files.find((file) => file.objectKey === key || file.objectKey.endsWith(`/${key}`));
    if (!asset) return this.fail(`the template of this nested stack (${properties.TemplateURL}) is not in the assembly`);
    const template = localise(readJson(asset.path) as Template, this.stack.environment);
    const parameters = (properties.Parameters ?? {}) as Record<string, unknown>;
    const given = (name: string): string | undefined => parameters[name] === undefined ? undefined : [parameters[name]].flat().join(',');
    const scope = new StackScope(this.resolution, this.stack, `${this.name}-${logicalId}`, template, given);
    this.nested.set(logicalId, scope);
    scope.resolveAll();
  }

  private outputNames(): string[] {
    const outputs = Object.entries(this.template.Outputs ?? {});
    return outputs.filter(([, output]) => !output.Condition || this.condition(output.Condition)).map(([name]) => name);
  }

  private pseudoParameter(name: string): unknown {
    switch (name) {
      case 'AWS::AccountId': return ACCOUNT;
      case 'AWS::Region': return REGION;
      case 'AWS::Partition': return 'aws';
      case 'AWS::URLSuffix': return 'amazonaws.com';
      case 'AWS::StackName': return this.name;
      case 'AWS::StackId': return arn('cloudformation', `stack/${this.name}/${createHash('sha256').update(this.name).digest('hex').slice(0, 12)}`);
      case 'AWS::NotificationARNs': return [];
      case 'AWS::NoValue': return NO_VALUE;
      default: return this.fail(`the local runner does not know ${name}`);
    }
  }
}
