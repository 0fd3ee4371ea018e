import { ServiceError, notSupported } from '../kernel/wire';
import { Amount } from './definition';
import { DefinitionProblem } from './errors';
import { Json, JsonObject, isObject } from './json';
import { Path, parsePath, parseReferencePath } from './paths';
import { Template, compileTemplate } from './templates';

/** Fields of the language which the interpreter knows but does not run. */
const REFUSED: Readonly<Record<string, string>> = {
  Assign: 'variables',
  Arguments: 'JSONata',
  Output: 'JSONata',
  Items: 'JSONata',
  Condition: 'JSONata',
  Credentials: 'roles of other accounts',
  ItemReader: 'items read from S3',
  ItemBatcher: 'batches of items',
  ResultWriter: 'results written to S3',
};

/** Reads the fields of one object of a definition; every complaint names machine, state and field. */
export class Fields {
  public constructor(private readonly place: string, private readonly raw: JsonObject) {}

  /** The same reader for something inside, e.g. a state or a rule. */
  public at(place: string, raw: JsonObject): Fields {
    return new Fields(`${this.place}, ${place}`, raw);
  }

  public fail(field: string, why: string): never {
    throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: ${this.place}, field ${field}: ${why}`);
  }

  public refuse(field: string, what: string): never {
    throw notSupported('states', `${what} (${this.place}, field ${field})`);
  }

  /** Refuses every field that would otherwise be ignored. */
  public only(allowed: readonly string[]): void {
    for (const field of Object.keys(this.raw)) {
      if (allowed.includes(field) || field === 'Comment') continue;
      if (Object.hasOwn(REFUSED, field)) this.refuse(field, REFUSED[field]);
      this.fail(field, 'is not a field of this kind of object');
    }
    this.optional('Comment', 'string');
  }

  public has(field: string): boolean {
    return Object.hasOwn(this.raw, field);
  }

  public value(field: string): Json | undefined {
    return this.has(field) ? this.raw[field] : undefined;
  }

  /** The raw object without some of its fields. */
  public without(fields: readonly string[]): JsonObject {
    return Object.fromEntries(Object.entries(this.raw).filter(([field]) => !fields.includes(field)));
  }

  public string(field: string): string {
    return this.optional(field, 'string') ?? this.fail(field, 'is required');
  }

  public optional(field: string, type: 'string'): string | undefined;
  public optional(field: string, type: 'boolean'): boolean | undefined;
  public optional(field: string, type: 'string' | 'boolean'): Json | undefined {
    const value = this.value(field);
    if (value !== undefined && typeof value !== type) this.fail(field, `must be a ${type}`);
    return value;
  }

  public oneOf<T extends string>(field: string, values: readonly T[]): T | undefined {
    const value = this.optional(field, 'string');
    if (value !== undefined && !values.includes(value as T)) this.fail(field, `must be one of ${values.join(', ')}`);
    return value as T | undefined;
  }

  public number(field: string, least: number, most: number): number | undefined {
    const value = this.value(field);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || value < least || value > most) this.fail(field, `must be a number from ${least} to ${most}`);
    return value;
  }

  public integer(field: string, least: number, most = 99_999_999): number | undefined {
    const value = this.number(field, least, most);
    if (value !== undefined && !Number.isInteger(value)) this.fail(field, 'must be an integer');
    return value;
  }

  /** A number given as `field` or through a path as `fieldPath`, not both. */
  public amount(field: string, least: number, most = 99_999_999): Amount | undefined {
    this.notBoth(field, `${field}Path`);
    return this.integer(field, least, most) ?? this.referencePath(`${field}Path`);
  }

  public notBoth(field: string, other: string): void {
    if (this.has(field) && this.has(other)) this.fail(other, `cannot be given together with ${field}`);
  }

  public object(field: string): JsonObject {
    const value = this.value(field);
    return isObject(value) ? value : this.fail(field, value === undefined ? 'is required' : 'must be an object');
  }

  /** The objects in an array, each with a reader that names its position. */
  public list(field: string): Fields[] {
    const value = this.value(field);
    if (!Array.isArray(value)) return this.fail(field, 'must be an array');
    return value.map((item, i) => (isObject(item) ? this.at(`${field}[${i}]`, item) : this.fail(`${field}[${i}]`, 'must be an object')));
  }

  public strings(field: string): string[] {
    const value = this.value(field);
    if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof item === 'string')) {
      return this.fail(field, 'must be a non-empty array of strings');
    }
    return value;
  }

  /** A path that may be null; `$` when it is left out. */
  public pathOrNull(field: string, parse: (text: string) => Path = parsePath): Path | null {
    if (this.value(field) === null) return null;
    const text = this.optional(field, 'string') ?? '$';
    return this.compiled(field, () => parse(text));
  }

  public referencePath(field: string): Path | undefined {
    const text = this.optional(field, 'string');
    return text === undefined ? undefined : this.compiled(field, () => parseReferencePath(text));
  }

  public template(field: string): Template | undefined {
    if (!this.has(field)) return undefined;
    const value = this.object(field);
    return this.compiled(field, () => compileTemplate(value));
  }

  /** Runs a parser and says where it complained. */
  public compiled<T>(field: string, compile: () => T): T {
    try {
      return compile();
    } catch (error) {
      if (error instanceof DefinitionProblem) return this.fail(field, error.message);
      throw error;
    }
  }
}
