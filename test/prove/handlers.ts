import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { buildSync } from 'esbuild';
import type { Clock } from '../../local/kernel/clock';
import type { WireRequest, WireResponse } from './transport';

export const HANDLERS = ['validator', 'relay', 'fraud-detector', 'archiver'] as const;
export type HandlerName = (typeof HANDLERS)[number];

export type Handler = (event: unknown, context: object) => Promise<unknown>;

/** What a handler sees of the world. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly send: (request: WireRequest) => Promise<WireResponse>;
  readonly onLine: (line: string) => void;
}

const ROOT = join(__dirname, '..', '..');
const NAMES = [
  'module', 'exports', 'require', 'process', 'console', 'Date', 'Math', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'sendOverWire',
];

type Body = (...values: readonly unknown[]) => void;
const compiled = new Map<HandlerName, Body>();

/** Loads the handler anew: its caches, clients and module state are those of a cold start. */
export function loadHandler(name: HandlerName, surroundings: Surroundings): Handler {
  const body = compiled.get(name) ?? compile(name);
  compiled.set(name, body);
  const module = { exports: {} as { handler: Handler } };
  const process = processOf(surroundings);
  const { setTimeout: set, clearTimeout: clear } = timersOn(surroundings.clock);
  const never = () => { throw new Error('A handler has no use for intervals'); };
  const math = Object.create(Math, { random: { value: surroundings.random } }) as Math;
  body(
    module, module.exports, requireOf(process), process, consoleOf(surroundings.onLine), dateOn(surroundings.clock), math, set, clear, never, clear,
    surroundings.send,
  );
  return module.exports.handler;
}

function compile(name: HandlerName): Body {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [`runtime/${name}/index.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    tsconfig: 'runtime/tsconfig.json',
    alias: { '@smithy/node-http-handler': join(__dirname, 'transport.ts'), 'aws-xray-sdk-core': join(__dirname, 'tracing.ts') },
    logLevel: 'error',
  });
  return compileFunction(outputFiles[0].text, NAMES, { filename: `${name}.cjs` }) as Body;
}

/** Only the function's own variables: nothing of this process gets in. */
function processOf({ environment, onLine }: Surroundings): NodeJS.Process {
  const write = (text: string | Uint8Array) => {
    for (const line of String(text).split('\n').filter(Boolean)) onLine(line);
    return true;
  };
  return Object.create(process, {
    env: { value: { ...environment }, writable: true },
    stdout: { value: Object.create(process.stdout, { write: { value: write } }) },
    stderr: { value: Object.create(process.stderr, { write: { value: write } }) },
  }) as NodeJS.Process;
}

function consoleOf(onLine: (line: string) => void): Console {
  const log = (...values: readonly unknown[]) => onLine(values.map(String).join(' '));
  return Object.assign(Object.create(console) as Console, { log, info: log, warn: log, error: log, debug: log, trace: log });
}

/** There is no shared AWS configuration in Lambda, and looking for it takes real time. */
function requireOf(own: NodeJS.Process): NodeJS.Require {
  const real = createRequire(join(ROOT, 'package.json'));
  const missing = async () => { throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' }); };
  const files = { ...real('node:fs/promises') as object, readFile: missing };
  return ((id: string) => {
    if (id === 'process' || id === 'node:process') return own;
    return id === 'fs/promises' || id === 'node:fs/promises' ? files : real(id) as unknown;
  }) as NodeJS.Require;
}

function dateOn(clock: Clock): DateConstructor {
  return class extends Date {
    public static override now(): number {
      return clock.now();
    }

    public constructor(...values: readonly unknown[]) {
      if (values.length === 0) super(clock.now());
      else super(...values as [number]);
    }
  } as unknown as DateConstructor;
}

function timersOn(clock: Clock) {
  return {
    setTimeout(action: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) {
      const cancel = clock.at(clock.now() + ms, () => action(...values));
      const timer = { cancel, ref: () => timer, unref: () => timer, hasRef: () => true };
      return timer;
    },
    clearTimeout(timer?: { cancel?: () => void }) {
      timer?.cancel?.();
    },
  };
}
