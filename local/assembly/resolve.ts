import { Resource } from '../kernel/resource';
import { Assembly, AssemblyStack } from './assembly';
import { DynamicReference } from './dynamic-references';
import { AssemblyError } from './files';
import { AWS_ENDPOINT } from './identity';
import { StackScope } from './stack-scope';

/** A resource of a template, resolved, and the stack it belongs to. */
export interface ResolvedResource extends Resource {
  readonly stack: string;
}

export interface ResolveOptions {
  /** Names of the stacks to run, as CloudFormation or the CDK shows them; default: all. Stacks they import from are added. */
  readonly stacks?: readonly string[];
  /** Origin of the runner, e.g. `http://127.0.0.1:4010`: what SDK clients find in queue URLs. */
  readonly endpoint?: string;
  /** Template parameters by `Name` or `Stack:Name`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Gives the value of a `{{resolve:…}}`; without it such a reference is an error. */
  readonly dynamicReference?: (reference: DynamicReference) => string;
}

export interface Resolved {
  /** Each after everything it refers to. */
  readonly resources: readonly ResolvedResource[];
  /** Output values by stack name and output name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Resolves every intrinsic function of the stacks and puts their resources in dependency order. */
export function resolveStacks(assembly: Assembly, options: ResolveOptions = {}): Resolved {
  return new Resolution(assembly, options).run();
}

/** One run over an assembly: what was resolved so far, and what is being resolved right now. */
export class Resolution {
  public readonly resources: ResolvedResource[] = [];
  public readonly endpoint: string;
  private readonly scopes: Map<AssemblyStack, StackScope>;
  private readonly wanted: StackScope[];
  private readonly path: string[] = [];

  public constructor(assembly: Assembly, public readonly options: ResolveOptions) {
    this.endpoint = options.endpoint ?? AWS_ENDPOINT;
    this.scopes = new Map(assembly.stacks.map((stack) => [stack, StackScope.ofStack(this, stack)]));
    this.wanted = select(assembly, options.stacks).map((stack) => this.scopes.get(stack)!);
  }

  public run(): Resolved {
    for (const scope of this.wanted) scope.resolveAll(); // grows while stacks that are imported from turn up
    return {
      resources: this.resources,
      outputs: Object.fromEntries(this.wanted.map((scope) => [scope.name, scope.outputs()])),
    };
  }

  /** Runs `action` as the thing being resolved; meeting it again below itself is a cycle. */
  public enter<T>(what: string, action: () => T): T {
    const start = this.path.indexOf(what);
    if (start >= 0) throw new AssemblyError(`Circular dependency: ${[...this.path.slice(start), what].join(' → ')}`);
    this.path.push(what);
    try {
      return action();
    } finally {
      this.path.pop();
    }
  }

  public fail(message: string): never {
    throw new AssemblyError(`${this.path.at(-1) ?? 'The template'}: ${message}`);
  }

  /** The value of an exported output of any stack of the assembly. */
  public imported(from: StackScope, exportName: string): unknown {
    const found = [...this.scopes.values()].filter((scope) => scope.exports().has(exportName));
    const scope = this.one(from, found, `the export ${exportName}`);
    return scope.output(scope.exports().get(exportName)!);
  }

  /** The value of an output of the stack with that name. */
  public stackOutput(from: StackScope, stack: string, output: string): unknown {
    const found = [...this.scopes.values()].filter((scope) => scope.name === stack);
    return this.one(from, found, `the stack ${stack}`).output(output);
  }

  /** Stages may hold stacks of the same name: the one beside `from` is meant. */
  private one(from: StackScope, found: readonly StackScope[], what: string): StackScope {
    if (found.length === 0) this.fail(`${what} is not in this assembly`);
    const beside = found.filter((scope) => scope.directory === from.directory);
    const candidates = beside.length > 0 ? beside : found;
    if (candidates.length > 1) this.fail(`${what} is ambiguous`);
    if (!this.wanted.includes(candidates[0])) this.wanted.push(candidates[0]);
    return candidates[0];
  }
}

function select(assembly: Assembly, names: readonly string[] | undefined): readonly AssemblyStack[] {
  if (!names) return assembly.stacks;
  return names.map((name) => {
    const found = assembly.stacks.find((stack) => stack.name === name || stack.displayName === name);
    if (found) return found;
    throw new AssemblyError(`No stack ${name} in ${assembly.directory}; it has ${assembly.stacks.map((stack) => stack.displayName).join(', ')}`);
  });
}
