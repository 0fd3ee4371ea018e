import { AsyncLocalStorage } from 'node:async_hooks';

type Context = Record<string, unknown>;

/**
 * Stands in the bundles for `cls-hooked/context`, in which the X-Ray SDK keeps its segments. The original hooks
 * into every promise of the process, sampled or not, which took longer than the calls it is there to watch.
 */
class Namespace {
  private readonly contexts = new AsyncLocalStorage<Context>();
  private root: Context = {};

  /** Where there is no context of one's own: that of the process, to which Lambda invocations belong. */
  public get active(): Context {
    return this.contexts.getStore() ?? this.root;
  }

  /** Sees what its parent holds; what is set in it the parent does not see. */
  public createContext(): Context {
    return Object.create(this.active) as Context;
  }

  public enter(context: Context): void {
    this.root = context;
  }

  public run(work: (context: Context) => void): Context {
    const context = this.createContext();
    this.contexts.run(context, work, context);
    return context;
  }

  public bind<A extends unknown[], R>(work: (...args: A) => R, context = this.active): (...args: A) => R {
    return (...args) => this.contexts.run(context, work, ...args);
  }

  public get(key: string): unknown {
    return this.active[key];
  }

  public set(key: string, value: unknown): unknown {
    this.active[key] = value;
    return value;
  }
}

const namespaces = new Map<string, Namespace>();

export function createNamespace(name: string): Namespace {
  const namespace = new Namespace();
  namespaces.set(name, namespace);
  return namespace;
}

export function getNamespace(name: string): Namespace | undefined {
  return namespaces.get(name);
}

export function destroyNamespace(name: string): void {
  namespaces.delete(name);
}
