import { REGION } from '../kernel/identity';
import { inputDetails } from './history';

/** How the history names what a task does: Lambda functions called by their ARN have events of their own. */
export interface TaskEvents {
  readonly scheduled: string;
  readonly started: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly timedOut: string;
  /** What all events but the first say about the task. */
  readonly details: Record<string, unknown> | undefined;
  /** What a result that is too large is blamed on. */
  readonly source: string;
  scheduledDetails(parameters: string, limits: { timeout?: number; heartbeat?: number }): Record<string, unknown>;
}

export function taskEvents(resource: string): TaskEvents {
  return resource.startsWith('arn:aws:states:') ? integration(resource) : lambdaFunction(resource);
}

function named(prefix: string) {
  return {
    scheduled: `${prefix}Scheduled`,
    started: `${prefix}Started`,
    succeeded: `${prefix}Succeeded`,
    failed: `${prefix}Failed`,
    timedOut: `${prefix}TimedOut`,
  };
}

/** E.g. `arn:aws:states:::aws-sdk:dynamodb:getItem` is the resource `getItem` of the type `aws-sdk:dynamodb`. */
function integration(arn: string): TaskEvents {
  const parts = arn.split(':').slice(5);
  const length = parts[0] === 'aws-sdk' ? 2 : 1;
  const details = { resourceType: parts.slice(0, length).join(':'), resource: parts.slice(length).join(':') };
  return {
    ...named('Task'),
    details,
    source: details.resourceType,
    scheduledDetails: (parameters, { timeout, heartbeat }) => ({
      ...details,
      region: REGION,
      parameters,
      ...(timeout && { timeoutInSeconds: timeout }),
      ...(heartbeat && { heartbeatInSeconds: heartbeat }),
    }),
  };
}

function lambdaFunction(resource: string): TaskEvents {
  return {
    ...named('LambdaFunction'),
    details: undefined,
    source: resource,
    scheduledDetails: (parameters, { timeout }) => ({ resource, ...inputDetails(parameters), ...(timeout && { timeoutInSeconds: timeout }) }),
  };
}
