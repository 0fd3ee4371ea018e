import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { AssemblyError } from './files';

/** What a Dockerfile that only copies files says about the function in it. */
export interface ImageContents {
  /** Directory whose files the image holds in its task root. */
  readonly directory: string;
  readonly command?: string;
  readonly baseImage: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const TASK_ROOT = '/var/task';
const WITHOUT_EFFECT = ['LABEL', 'EXPOSE', 'USER', 'MAINTAINER', 'STOPSIGNAL', 'HEALTHCHECK', 'ARG'];

/** Reads what the image would hold without building it; anything but copied files needs Docker and is refused. */
export function readDockerfile(buildDirectory: string, dockerFile: string, buildArguments: Readonly<Record<string, string>>): ImageContents {
  const file = join(buildDirectory, dockerFile);
  if (!existsSync(file)) throw new AssemblyError(`${file} is missing; run "cdk synth" first`);
  const instructions = parse(readFileSync(file, 'utf8'));
  const refuse = (why: string): never => {
    throw new AssemblyError(`${file}: ${why}; the local runner does not build images, it runs the files they copy`);
  };
  const texts = (name: string): string[] => instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const known = ['FROM', 'COPY', 'CMD', 'ENV', 'WORKDIR', ...WITHOUT_EFFECT];
  const unknown = instructions.find(({ name }) => !known.includes(name));
  if (unknown) refuse(`${unknown.name} is not supported`);
  if (texts('FROM').length !== 1) refuse('more than one FROM is not supported');
  const variable = texts('ENV').find((text) => text.includes('$'));
  if (variable) refuse(`ENV ${variable} uses a variable`);
  const moved = texts('WORKDIR').find((directory) => inTaskRoot(directory) !== '');
  if (moved) refuse(`WORKDIR ${moved} is not supported`);
  return {
    directory: copiedDirectory(buildDirectory, texts('COPY'), refuse),
    command: commandOf(texts('CMD').at(-1)),
    baseImage: baseImageOf(texts('FROM')[0], texts('ARG'), buildArguments),
    environment: Object.fromEntries(texts('ENV').flatMap(environmentOf)),
  };
}

function parse(text: string): Instruction[] {
  return text.replace(/^\s*#.*$/gm, '').replace(/\\\r?\n/g, ' ').split(/\r?\n/)
    .map((line) => /^\s*(\w+)\s+(.*?)\s*$/.exec(line))
    .flatMap((match) => match ? [{ name: match[1].toUpperCase(), text: match[2] }] : []);
}

/** Build arguments may choose the base image; everywhere else a variable is refused. */
function baseImageOf(from: string, defaults: readonly string[], given: Readonly<Record<string, string>>): string {
  const values = { ...Object.fromEntries(defaults.map((text) => text.split(/=(.*)/s))), ...given };
  const image = from.split(/\s+/).find((word) => !word.startsWith('--'))!;
  return image.replace(/\$\{?(\w+)\}?/g, (variable, name: string) => values[name] ?? variable);
}

/** Exec form `["a.handler"]` or shell form `a.handler`. */
function commandOf(text: string | undefined): string | undefined {
  return text?.startsWith('[') ? (JSON.parse(text) as string[])[0] : text?.split(/\s+/)[0];
}

function environmentOf(text: string): Array<[string, string]> {
  const pairs = [...text.matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S+)/g)];
  if (pairs.length === 0) return [text.split(/\s+(.*)/s).slice(0, 2) as [string, string]];
  return pairs.map(([, name, value]) => [name, value.replace(/^"(.*)"$/s, '$1')]);
}

/** Either everything keeps its place, so the build directory serves; or one directory becomes the task root. */
function copiedDirectory(buildDirectory: string, copies: readonly string[], refuse: (why: string) => never): string {
  if (copies.length === 0) refuse('nothing is copied');
  const moves = copies.flatMap((copy) => movesOf(buildDirectory, copy, refuse));
  if (moves.every(({ from, to }) => from === to)) return buildDirectory;
  if (moves.length === 1 && moves[0].to === '') return join(buildDirectory, moves[0].from);
  return refuse('its COPY instructions rearrange files');
}

interface Move {
  readonly from: string;
  readonly to: string;
}

function movesOf(buildDirectory: string, copy: string, refuse: (why: string) => never): Move[] {
  if (/--from\b|--exclude\b|<</.test(copy)) refuse(`COPY ${copy} is not supported`);
  const words = copy.replace(/--\S+\s+/g, '');
  const paths = words.startsWith('[') ? JSON.parse(words) as string[] : words.split(/\s+/);
  const destination = paths.at(-1)!;
  const root = inTaskRoot(destination);
  if (root === undefined) return refuse(`COPY ${copy} leaves the task root`);
  return paths.slice(0, -1).map((path) => {
    const from = relative(path);
    const wildcard = from.includes('*');
    if (from.includes('$')) refuse(`COPY ${copy} uses a variable`);
    if (!wildcard && !existsSync(join(buildDirectory, from))) refuse(`${path} is not in ${buildDirectory}`);
    // A directory's contents are copied; a file keeps its name unless it is given one.
    if (!wildcard && statSync(join(buildDirectory, from)).isDirectory()) return { from, to: root };
    const into = root === '' || destination.endsWith('/');
    return { from, to: into ? normalize(join(root, basename(from))) : root };
  });
}

/** The path inside the task root, `''` for the root itself; undefined when outside. */
function inTaskRoot(path: string): string | undefined {
  const full = path.replace(/^["']|["']$/g, '').replace(/\$\{?LAMBDA_TASK_ROOT\}?/, TASK_ROOT);
  if (full.includes('$')) return undefined;
  if (!full.startsWith('/')) return relative(full);
  return full === TASK_ROOT || full.startsWith(`${TASK_ROOT}/`) ? relative(full.slice(TASK_ROOT.length)) : undefined;
}

function relative(path: string): string {
  const clean = normalize(path.replace(/^\/+/, '')).replace(/\/+$/, '');
  return clean === '.' ? '' : clean;
}
