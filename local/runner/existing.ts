import { ENV } from '../../src/contract';
import { Resource } from '../kernel/resource';

/** Props that bring along what exists already, by the variable that names it. */
const BROUGHT_ALONG: Readonly<Record<string, string>> = { [ENV.table]: 'table', [ENV.bus]: 'bus', [ENV.topic]: 'alertTopic', [ENV.bucket]: 'auditBucket' };

/** Refuses a system that uses what no stack here creates: there is nothing of it on this machine. */
export function refuseExisting(resources: readonly Resource[]): void {
  // The default bus is everywhere.
  const created = new Set([...resources.map(({ ref }) => ref), 'default']);
  for (const { type, logicalId, metadata, properties } of resources) {
    const variables: Readonly<Record<string, string>> = properties.Environment?.Variables ?? {};
    if (type !== 'AWS::Lambda::Function' || variables[ENV.system] === undefined) continue;
    const path = String(metadata['aws:cdk:path'] ?? logicalId);
    for (const [variable, prop] of Object.entries(BROUGHT_ALONG)) refuse(created, path, `the prop ${prop}`, variables[variable]);
    for (const { name, secretArn } of JSON.parse(variables[ENV.providers] ?? '[]')) refuse(created, path, `the secret of the endpoint ${name}`, secretArn);
  }
}

function refuse(created: ReadonlySet<string>, path: string, what: string, name: string | undefined): void {
  if (name === undefined || created.has(name)) return;
  throw new Error(`${path}: ${name} is not created by this app, and the local runner has nothing else. For a laptop, synthesize the app without ${what}`);
}
