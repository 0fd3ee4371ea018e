import { jsonFile } from '../json-file';
import { isLocal } from './options';

/** What a command may have to know of a deployed system. */
export type NameOf =
  'bucket' | 'table' | 'bus' | 'workflow' | 'archive-workflow' | 'event-archive' | 'routing-queue' | 'workflow-queue' | 'archive-queue';

/** Where each is found: the output of the construct, and the construct itself. */
export const FOUND_AT: Readonly<Record<NameOf, { readonly output: string; readonly path: string }>> = {
  'bucket': { output: 'AuditBucketName', path: 'Storage/AuditBucket/Resource' },
  'table': { output: 'TableName', path: 'Storage/Table/Resource' },
  'bus': { output: 'EventBusName', path: 'Routing/Bus/Resource' },
  'workflow': { output: 'WorkflowArn', path: 'Workflow/StateMachine/Resource' },
  'archive-workflow': { output: 'ArchiveWorkflowArn', path: 'Archive/StateMachine/Resource' },
  'event-archive': { output: 'EventArchiveName', path: 'Routing/EventArchive/Archive' },
  'routing-queue': { output: 'RoutingDeadLettersUrl', path: 'Routing/DeadLetters/Resource' },
  'workflow-queue': { output: 'WorkflowDeadLettersUrl', path: 'Workflow/DeadLetters/Resource' },
  'archive-queue': { output: 'ArchiveDeadLettersUrl', path: 'Archive/DeadLetters/Resource' },
};

export interface NameOptions extends Readonly<Partial<Record<NameOf, string>>> {
  readonly outputs?: string;
  readonly stack?: string;
  readonly endpoint?: string;
}

/** Names of a system's resources, as far as they are known. */
export interface Names {
  find(name: NameOf): string | undefined;
  /** Throws with what to give when it is not known. */
  require(name: NameOf): string;
}

/** Names from their own options first, then from the stack's outputs, then, when some of `wanted` are still unknown, from a local runner. */
export async function namesOf(options: NameOptions, wanted: readonly NameOf[]): Promise<Names> {
  const isComplete = wanted.every((name) => options[name] !== undefined);
  const known = options.outputs !== undefined ? fromOutputs(options.outputs, options.stack)
    : isLocal(options.endpoint) && !isComplete ? await fromRunner(options.endpoint!) : () => undefined;
  const find = (name: NameOf) => options[name] ?? known(name);
  return {
    find,
    require(name) {
      const found = find(name);
      if (found === undefined) throw new Error(missing(name, options));
      return found;
    },
  };
}

function missing(name: NameOf, { outputs, endpoint }: NameOptions): string {
  if (outputs !== undefined) return `--${name} is missing: ${outputs} has no output ${FOUND_AT[name].output}. Give it, or the file of "cdk deploy --outputs-file"`;
  if (isLocal(endpoint)) return `--${name} is missing: the runner at ${endpoint} creates no ${FOUND_AT[name].path}. Give it`;
  return `--${name} is missing: give it, or --outputs with the file of "cdk deploy --outputs-file"`;
}

/** An output is named after its construct, with eight digits of a hash behind it. */
function fromOutputs(file: string, stack: string | undefined): (name: NameOf) => string | undefined {
  const stacks = jsonFile('--outputs', file) as Record<string, Record<string, string>>;
  const names = Object.keys(stacks);
  if (stack === undefined && names.length !== 1) throw new Error(`${file} is of ${names.length} stacks: choose with --stack (${names.join(', ')})`);
  const outputs = stacks[stack ?? names[0]];
  if (!outputs) throw new Error(`--stack is ${JSON.stringify(stack)}: ${file} has ${names.join(', ')}`);
  return (name) => only(name, Object.entries(outputs).filter(([key]) => new RegExp(`${FOUND_AT[name].output}(?:[0-9A-F]{8})?$`).test(key)).map(([, value]) => value));
}

interface RunnerResource { readonly path?: string; readonly physical_id: string }

async function fromRunner(endpoint: string): Promise<(name: NameOf) => string | undefined> {
  const answer = await fetch(`${endpoint}/_local/endpoints`).catch((error: Error) => {
    throw new Error(`--endpoint is ${endpoint}: no runner answers there (${(error.cause as Error | undefined)?.message ?? error.message}). Start one, or leave it out for AWS`);
  });
  if (!answer.ok) throw new Error(`${endpoint} is not a local runner: ${answer.status} for /_local/endpoints`);
  const { resources } = await answer.json() as { resources: RunnerResource[] };
  return (name) => only(name, resources.filter(({ path }) => path?.endsWith(`/${FOUND_AT[name].path}`)).map(({ physical_id }) => physical_id));
}

function only(name: NameOf, found: readonly string[]): string | undefined {
  if (found.length > 1) throw new Error(`There are ${found.length} systems: choose with --${name} (${found.join(', ')})`);
  return found[0];
}
