import { Resource } from '../kernel/resource';

/** Stops the load because of something that would otherwise be ignored. */
export function refuse(resource: Resource, what: string): never {
  throw new Error(`${resource.logicalId} (${resource.type}): the local runner does not support ${what}`);
}

/** Refuses properties that are set to anything but the values that change nothing. */
export function onlyValues(resource: Resource, from: Readonly<Record<string, unknown>>, allowed: Readonly<Record<string, readonly unknown[]>>): void {
  for (const [property, values] of Object.entries(allowed)) {
    const value = from[property];
    if (value !== undefined && !values.includes(value)) refuse(resource, `${property} ${JSON.stringify(value)}`);
  }
}

/** `'text'` in single quotes, as parameter mappings write fixed values. */
export function fixedValue(resource: Resource, value: unknown): string {
  const [, text] = /^'(.*)'$/s.exec(String(value)) ?? [];
  return text ?? refuse(resource, `the parameter mapping ${String(value)}; only fixed values in single quotes`);
}
