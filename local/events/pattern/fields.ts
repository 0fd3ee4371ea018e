import { Scalar } from './field-test';

/** Which element of each enclosing array a value sits in: array number → index. */
export type Position = ReadonlyMap<number, number>;

export interface Field {
  readonly value: Scalar;
  readonly position: Position;
}

/** The leaves of an event by dotted path. Empty arrays and objects have none. */
export type Fields = ReadonlyMap<string, readonly Field[]>;

export function fieldsOf(event: unknown): Fields {
  const fields = new Map<string, Field[]>();
  let arrays = 0;

  const add = (path: string, value: unknown, position: Position): void => {
    if (Array.isArray(value)) return addArray(path, value, position);
    if (typeof value === 'object' && value !== null) return addObject(path, value, position);
    const known = fields.get(path);
    if (known) known.push({ value: value as Scalar, position });
    else fields.set(path, [{ value: value as Scalar, position }]);
  };

  const addObject = (path: string, object: object, position: Position): void => {
    for (const [key, value] of Object.entries(object)) {
      if (value !== undefined) add(path === '' ? key : `${path}.${key}`, value, position);
    }
  };

  // Plain values of one array do not exclude each other, so only nested ones carry their index.
  const addArray = (path: string, array: readonly unknown[], position: Position): void => {
    const id = arrays++;
    array.forEach((element, index) => {
      const nested = typeof element === 'object' && element !== null;
      add(path, element, nested ? new Map(position).set(id, index) : position);
    });
  };

  if (typeof event === 'object' && event !== null && !Array.isArray(event)) addObject('', event, new Map());
  return fields;
}
