import { backtest } from './commands/backtest';
import { commandLine, messageOf } from './commands/command-line';
import { simulate } from './commands/simulate';
import { start } from './commands/start';
import { verify } from './commands/verify';

const USAGE = `cdk-webhook-processing: run a synthesized WebhookProcessingSystem on this machine

  cdk-webhook-processing start [--app cdk.out] [--port 8787] [--data DIR] [--demo N] [--model-endpoint URL] [--json]

  cdk-webhook-processing simulate [<scenario>… | all | faults] [--app cdk.out] [--endpoint NAME] [--json]

  cdk-webhook-processing verify < captured.jsonl

  cdk-webhook-processing archive verify | replay | redrive   (--help tells the options of each)
  cdk-webhook-processing backtest --rules rules.json --archive DIR|s3://BUCKET/PREFIX [--region R] [--endpoint URL] [--json]

"start" runs the app:
  --app DIR    cloud assembly written by "cdk synth" (default: cdk.out)
  --port N     port to listen on, 0 for any free one (default: 8787)
  --data DIR   keep state in DIR across restarts (default: in memory)
  --demo N     send N signed webhooks from every provider, wait until all have come to rest,
               print what became of them; exit 0 when all went as their amounts say, else 1
  --model-endpoint URL   on this machine, asked in place of a fraud model that does not run here: a SageMaker
               endpoint, or a function without Node.js; it gets what the model would, and answers {"score": 0.25}
  --json       print JSON lines instead of text

"simulate" runs the app, lets the provider or a service misbehave, and checks what comes of it:
  exit 0 when every scenario ends as it must, else 1; without a scenario, it lists them
  scenarios are also <effect>:<target>, e.g. crash:relay; "all" runs the list, "faults" every effect on every target
  --endpoint NAME   the endpoint to send to, or "all" (default: the first)

"verify" says why a signature fails: it judges captured requests, a JSON object a line,
  {provider, now?, method?, url?, query?, headers, body | body_base64, secret | secrets | public_key | config}
at the Unix time "now" (default: the clock) with the functions the validator uses, and prints a JSON line each.

"archive verify" checks archived days against their manifests.
"replay" publishes transactions again, from the event archive or from S3.
"redrive" brings dead letters back.
"backtest" says what other rules would have changed: it screens archived transactions again
  --rules FILE    the rules, in the form of the fraud detector's variable FRAUD_DETECTION
  --archive FROM  a directory of archive objects, or where they are in S3
`;

/** Commands with options of their own, loaded when they are asked for: only they need AWS clients. */
const OWN_OPTIONS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  archive: async (args) => (await import('./commands/archive/command.js')).archiveCommand(args),
  replay: async (args) => (await import('./commands/replay/command.js')).replayCommand(args),
  redrive: async (args) => (await import('./commands/redrive/command.js')).redriveCommand(args),
};

async function main(): Promise<number> {
  const args = process.argv.slice(2).map((arg) => (arg === '-h' ? '--help' : arg));
  const [first, ...rest] = args;
  if (first !== undefined && Object.hasOwn(OWN_OPTIONS, first)) return OWN_OPTIONS[first](rest);
  const { command, names, values } = commandLine(args);
  if (command === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command === 'verify') return verify();
  if (command === 'backtest') {
    const { rules, archive, json, endpoint, region } = values;
    if (rules === undefined || archive === undefined) throw new Error('backtest needs --rules FILE and --archive DIR|s3://BUCKET/PREFIX');
    return backtest({ rules, archive, json, endpoint, region });
  }
  if (command === 'simulate') return simulate({ app: values.app, names, endpoint: values.endpoint, json: values.json });
  return start({
    app: values.app,
    port: wholeNumber('--port', values.port, 0, 65_535),
    data: values.data,
    modelEndpoint: values['model-endpoint'],
    demo: values.demo === undefined ? undefined : wholeNumber('--demo', values.demo, 1, 100_000),
    json: values.json,
  });
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw new Error(`${option} is ${JSON.stringify(text)}: use a whole number from ${min} to ${max}`);
  return value;
}

main().then(
  (code) => { process.exitCode = code; },
  (error: Error) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
