/** An attribute value as it travels on the wire: `{ S: 'x' }`, `{ N: '1' }`; binaries are base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export interface Item {
  readonly [attribute: string]: AttributeValue;
}

/** One committed write: `before` is absent for a new item, `after` for a deleted one. */
export interface Change {
  readonly table: string;
  readonly key: Item;
  readonly before?: Item;
  readonly after?: Item;
}

/** The attributes of `item` that `keySchema` names. */
export function keyOf(item: Item, keySchema: readonly { readonly AttributeName: string }[]): Item {
  return Object.fromEntries(keySchema.map(({ AttributeName: name }) => [name, item[name]]));
}

/** Whether two images hold the same data; the order of attributes and of set members does not count. */
export function sameItem(one: Item | undefined, other: Item | undefined): boolean {
  if (!one || !other) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length
    && names.every((name) => Object.hasOwn(other, name) && sameValue(one[name], other[name]));
}

function sameValue(one: AttributeValue, other: AttributeValue): boolean {
  const [[type, left]] = Object.entries(one);
  const [[otherType, right]] = Object.entries(other);
  if (type !== otherType) return false;
  if (type === 'M') return sameItem(left, right);
  if (!Array.isArray(left)) return left === right;
  if (left.length !== right.length) return false;
  if (type === 'L') return left.every((value, index) => sameValue(value, right[index]));
  const members = new Set(right);
  return left.every((member) => members.has(member));
}
