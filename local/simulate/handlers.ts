import { ENV } from '../../src/contract';
import { Resource } from '../kernel/resource';
import { System } from '../runner/systems';
import type { Handler } from './scenarios';

/** Variables that only this handler has. */
const MARK: Readonly<Record<Handler, string>> = {
  validator: ENV.providers, relay: ENV.bus, fraudDetector: ENV.fraud, archiver: ENV.archiveAfterHours,
};

/** The physical name of a handler of a system. */
export function handlerName(resources: readonly Resource[], { name }: System, handler: Handler): string {
  const found = resources.find(({ type, properties }) => {
    const variables = (type === 'AWS::Lambda::Function' && properties.Environment?.Variables) || {};
    return variables[ENV.system] === name && variables[MARK[handler]] !== undefined;
  });
  if (!found) throw new Error(`The system ${name} has no ${handler}`);
  return found.ref;
}
