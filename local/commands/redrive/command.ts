import { parseArgs } from 'node:util';
import { namesOf } from '../aws/names';
import { AWS_OPTIONS, clientOptions } from '../aws/options';
import { Outcome, SOURCES } from './report';
import { NEEDED, redriveSources } from './sources';

export const REDRIVE_USAGE = `cdk-webhook-processing redrive [--dry-run] [--only routing|workflow|archive|relay|unfinished] [--release-claims]

Brings dead letters back: events go to the one target that would not take them, workflows start again with the branch
that failed, records the relay gave up on are published. Exit 0 when none is left, else 1.
  --dry-run          lists them, and changes nothing
  --only SOURCE      only these; may be repeated. "unfinished" has to be asked for: it reads the table for transactions that were
                     not screened or told of and are in no dead letter, as their workflow failed as a whole, and starts it again
  --older-than N     unfinished ones received at least so many minutes ago (default: 15; EventBridge itself may try for hours)
  --release-claims   sends alerts again of which nobody knows whether they were sent
  --routing-queue, --workflow-queue, --archive-queue URL, --workflow, --archive-workflow ARN, --bucket, --bus, --table NAME
                     without them, names are taken from --outputs FILE ("cdk deploy --outputs-file FILE"), or asked of a local runner
  --region R, --endpoint URL, --json
`;

const text = { type: 'string' } as const;
const OPTIONS = {
  ...AWS_OPTIONS,
  'routing-queue': text, 'workflow-queue': text, 'archive-queue': text, 'workflow': text, 'archive-workflow': text,
  'bucket': text, 'bus': text, 'table': text, 'outputs': text, 'stack': text,
  'older-than': { type: 'string', default: '15' },
  'only': { type: 'string', multiple: true, default: [] as string[] },
  'dry-run': { type: 'boolean', default: false }, 'release-claims': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false }, 'help': { type: 'boolean', default: false },
} as const;

/** `redrive`; answers with the exit code. */
export async function redriveCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    process.stdout.write(REDRIVE_USAGE);
    return 0;
  }
  const unknown = values.only.find((source) => !(SOURCES as readonly string[]).includes(source));
  if (unknown !== undefined) throw new Error(`--only is ${JSON.stringify(unknown)}: use ${SOURCES.join(', ')}`);
  const sources = SOURCES.filter((source) => (values.only.length === 0 ? source !== 'unfinished' : values.only.includes(source)));
  if (!/^\d{1,6}$/.test(values['older-than'])) throw new Error(`--older-than is ${JSON.stringify(values['older-than'])}: use a whole number of minutes`);
  const options = clientOptions(values);
  const names = await namesOf(values, sources.flatMap((source) => NEEDED[source]));
  // Before anything is touched.
  for (const name of sources.flatMap((source) => NEEDED[source])) names.require(name);

  const outcomes: Outcome[] = [];
  const report = {
    add(outcome: Outcome) {
      outcomes.push(outcome);
      process.stdout.write(values.json ? `${JSON.stringify(outcome)}\n` : lineOf(outcome));
    },
  };
  await redriveSources(sources, names, options, {
    endpoint: values.endpoint,
    dryRun: values['dry-run'],
    releaseClaims: values['release-claims'],
    before: new Date(Date.now() - Number(values['older-than']) * 60_000),
    report,
  });
  const left = outcomes.filter(({ outcome }) => outcome !== 'redriven').length;
  if (!values.json) process.stdout.write(`${outcomes.length} dead letters, ${outcomes.length - left} brought back, ${left} left\n`);
  return left === 0 ? 0 : 1;
}

function lineOf({ source, what, error, outcome, reason }: Outcome): string {
  return `${outcome.padEnd(8)}  ${source.padEnd(8)}  ${what} (${error})${reason === undefined ? '' : `: ${reason}`}\n`;
}
