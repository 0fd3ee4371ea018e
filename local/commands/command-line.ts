import { parseArgs } from 'node:util';

const OPTIONS = {
  'app': { type: 'string', default: 'cdk.out' },
  'port': { type: 'string', default: '8787' },
  'data': { type: 'string' },
  'model-endpoint': { type: 'string' },
  'demo': { type: 'string' },
  'rules': { type: 'string' },
  'archive': { type: 'string' },
  'endpoint': { type: 'string' },
  'region': { type: 'string' },
  'json': { type: 'boolean', default: false },
  'help': { type: 'boolean', default: false },
} as const;

/** What each command takes: an option of another one would be without effect. */
const TAKES: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  start: ['app', 'port', 'data', 'demo', 'model-endpoint', 'json'],
  simulate: ['app', 'endpoint', 'json'],
  verify: [],
  backtest: ['rules', 'archive', 'endpoint', 'region', 'json'],
};

/** What somebody typed; `help` where no command was named. */
export function commandLine(args: readonly string[]) {
  const { values, positionals: [command = 'help', ...names], tokens } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true });
  if (values.help || command === 'help') return { command: 'help', names: [], values };
  const takes = Object.hasOwn(TAKES, command) ? TAKES[command] : undefined;
  if (!takes) throw new Error(`Unknown command: ${command}. Use one of ${Object.keys(TAKES).join(', ')}, archive verify, replay, redrive; --help tells of them`);
  if (names.length > 0 && command !== 'simulate') throw new Error(`${command} takes options alone, not ${JSON.stringify(names[0])}: see --help`);
  const foreign = tokens.find((token) => token.kind === 'option' && !(takes as readonly string[]).includes(token.name));
  if (foreign?.kind === 'option') {
    throw new Error(`${command} has no option --${foreign.name}: ${takes.length > 0 ? `it takes ${takes.map((name) => `--${name}`).join(', ')}` : 'it takes none'}`);
  }
  return { command, names, values };
}

/** What to tell of an error: Node.js adds advice about arguments that begin with a hyphen, which no command has. */
export function messageOf(error: Error & { readonly code?: unknown }): string {
  return error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? `${error.message.split('. ')[0]}: see --help` : error.message;
}
