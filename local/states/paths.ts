import { EvaluationFailure, runtimeFailure } from './errors';
import { Json, JsonObject, isObject, withKey } from './json';
import { Segment, parseSegments } from './path-parser';
import { Scanner } from './scanner';

/** What an expression sees: `$`, `$$`, inside a filter also `@`, and a source of chance. */
export interface Scope {
  readonly input: Json;
  readonly context: JsonObject;
  readonly current?: Json;
  readonly random: () => number;
}

/** A parsed JSONPath. Definite paths name one place; the others always give a list. */
export class Path {
  public readonly definite: boolean;

  public constructor(
    public readonly text: string,
    private readonly root: '$' | '$$' | '@',
    public readonly segments: readonly Segment[],
  ) {
    this.definite = segments.every((segment) => segment.kind === 'property' || segment.kind === 'index');
  }

  public get isWholeInput(): boolean {
    return this.root === '$' && this.segments.length === 0;
  }

  public get isContext(): boolean {
    return this.root === '$$';
  }

  /** The value, or undefined where a definite path leads nowhere. */
  public find(scope: Scope): Json | undefined {
    let nodes: Json[] = [this.start(scope)];
    for (const segment of this.segments) nodes = nodes.flatMap((node) => step(segment, node, scope));
    return this.definite ? nodes[0] : nodes;
  }

  /** The value a state cannot do without. */
  public require(scope: Scope): Json {
    const value = this.find(scope);
    if (value === undefined) throw runtimeFailure(`Invalid path '${this.text}' : ${this.whyMissing(scope)}`);
    return value;
  }

  private start(scope: Scope): Json {
    if (this.root === '@') return scope.current as Json;
    return this.root === '$$' ? scope.context : scope.input;
  }

  private whyMissing(scope: Scope): string {
    let nodes: Json[] = [this.start(scope)];
    let walked = '$';
    for (const [i, segment] of this.segments.entries()) {
      nodes = nodes.flatMap((node) => step(segment, node, scope));
      walked += segment.kind === 'property' ? `['${segment.name}']` : `[${segment.kind === 'index' ? segment.index : '?'}]`;
      if (nodes.length === 0) return `${i === this.segments.length - 1 ? 'No results for path:' : 'Missing property in path'} ${walked}`;
    }
    return `No results for path: ${walked}`;
  }
}

/** Reads a path where the scanner stands; what follows it is left to the caller. */
export function readPath(scanner: Scanner): Path {
  const start = scanner.position;
  const root = scanner.match(/\$\$|\$|@/y);
  if (!root) scanner.fail('expected a path starting with $');
  const segments = parseSegments(scanner, readPath);
  return new Path(scanner.text.slice(start, scanner.position), root as '$' | '$$' | '@', segments);
}

export function parsePath(text: string): Path {
  const scanner = new Scanner(text);
  if (!text.startsWith('$')) scanner.fail('a path starts with $');
  const path = readPath(scanner);
  if (!scanner.done) scanner.fail('unexpected text');
  return path;
}

/** A path that names exactly one place. */
export function parseReferencePath(text: string): Path {
  const path = parsePath(text);
  if (!path.definite) new Scanner(text).fail('a reference path must name one place');
  return path;
}

/** `target` with `value` at `path`; missing objects on the way are created. */
export function place(path: Path, target: Json, value: Json): Json {
  return placeFrom(path, 0, target, value);
}

function placeFrom(path: Path, depth: number, target: Json | undefined, value: Json): Json {
  if (depth === path.segments.length) return value;
  const segment = path.segments[depth];
  if (segment.kind === 'property') {
    const object = target === undefined ? {} : target;
    if (!isObject(object)) throw cannotPlace(path);
    const child = Object.hasOwn(object, segment.name) ? object[segment.name] : undefined;
    return withKey(object, segment.name, placeFrom(path, depth + 1, child, value));
  }
  if (segment.kind !== 'index' || !Array.isArray(target) || segment.index < 0 || segment.index >= target.length) throw cannotPlace(path);
  return target.with(segment.index, placeFrom(path, depth + 1, target[segment.index], value));
}

function cannotPlace(path: Path): Error {
  return new EvaluationFailure('States.ResultPathMatchFailure', `Unable to apply ReferencePath ${path.text} to the state's input`);
}

function step(segment: Segment, node: Json, scope: Scope): Json[] {
  switch (segment.kind) {
    case 'property': return isObject(node) && Object.hasOwn(node, segment.name) ? [node[segment.name]] : [];
    case 'index': return itemAt(node, segment.index);
    case 'indexes': return segment.indexes.flatMap((index) => itemAt(node, index));
    case 'slice': return Array.isArray(node) ? node.slice(segment.from, segment.to) : [];
    case 'wildcard': return children(node);
    case 'descend': return withDescendants(node);
    case 'filter': return (Array.isArray(node) ? node : [node]).filter((item) => segment.test({ ...scope, current: item }));
  }
}

function itemAt(node: Json, index: number): Json[] {
  const item = Array.isArray(node) ? node.at(index) : undefined;
  return item === undefined ? [] : [item];
}

function children(node: Json): Json[] {
  if (Array.isArray(node)) return node;
  return isObject(node) ? Object.values(node) : [];
}

function withDescendants(node: Json): Json[] {
  return [node, ...children(node).flatMap(withDescendants)];
}
