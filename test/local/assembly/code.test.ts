import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Code, DockerImageCode, DockerImageFunction, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { codeOf, FunctionCode, readAssembly, resolveStacks } from '../../../local/assembly';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'code-')); });
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Record<string, string | Buffer>): string {
  const source = mkdtempSync(join(directory, 'source-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), content);
  }
  return source;
}

/** The code of the one function that `build` adds to a stack. */
function resolveCode(build: (stack: Stack) => void, env?: { account: string; region: string }): FunctionCode {
  const app = new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  build(new Stack(app, 'Payments', { env }));
  app.synth();
  const assembly = readAssembly(join(directory, 'cdk.out'));
  return codeOf(assembly, resolveStacks(assembly).resources.find(({ type }) => type === 'AWS::Lambda::Function')!);
}

function image(
  files: Record<string, string | Buffer>,
  props: Parameters<typeof DockerImageCode.fromImageAsset>[1] = {},
  env?: { account: string; region: string },
): FunctionCode {
  const code = DockerImageCode.fromImageAsset(write(files), { platform: Platform.LINUX_ARM64, ...props });
  return resolveCode((stack) => new DockerImageFunction(stack, 'Validator', { code }), env);
}

const zip = (files: Record<string, string | Buffer>, runtime = Runtime.NODEJS_22_X): FunctionCode => {
  const source = write(files);
  return resolveCode((stack) => new Function(stack, 'Validator', { code: Code.fromAsset(source), handler: 'index.handler', runtime }));
};

const BASE = 'FROM public.ecr.aws/lambda/nodejs:24\n';

describe('codeOf', () => {
  test('finds the directory and handler of a Zip function', () => {
    const code = zip({ 'index.js': 'x' });
    expect(code).toEqual({ directory: expect.stringMatching(/cdk\.out\/asset\.[0-9a-f]+$/), handler: 'index.handler', runtime: 'nodejs22.x', environment: {} });
  });

  test.each<[string, string, string]>([
    ['exec form', 'COPY . ${LAMBDA_TASK_ROOT}\nCMD ["index.handler"]', ''],
    ['shell form', 'COPY . .\nCMD index.handler', ''],
    ['files that keep their names', '# comment\nWORKDIR /var/task\nCOPY --chown=1:1 index.mjs \\\n  package.json ./\nCOPY chunks ./chunks/\nCMD [ "index.handler" ]', ''],
    ['wildcards', 'COPY *.mjs /var/task/\nCMD ["index.handler"]', ''],
    ['one directory as the task root', 'COPY chunks/ ${LAMBDA_TASK_ROOT}/\nCMD ["index.handler"]', '/chunks'],
  ])('runs an image by what it copies: %s', (_, instructions, below) => {
    const code = image({ 'Dockerfile': `${BASE}${instructions}\n`, 'index.mjs': 'x', 'package.json': '{}', 'chunks/a.mjs': 'x' });
    expect(code.directory).toMatch(new RegExp(`cdk\\.out/asset\\.[0-9a-f]+${below}$`));
    expect(code).toMatchObject({ handler: 'index.handler', runtime: 'public.ecr.aws/lambda/nodejs:24' });
  });

  test('reads variables, another Dockerfile and another command', () => {
    const code = image({ 'Fraud.dockerfile': `${BASE}ENV A=1 B="two words"\nENV C three\nCOPY . .\nCMD ["a.b"]\n` }, { file: 'Fraud.dockerfile', cmd: ['fraud.handler'] });
    expect(code).toMatchObject({ handler: 'fraud.handler', environment: { A: '1', B: 'two words', C: 'three' } });
  });

  test('finds the image of a stack with a fixed environment', () => {
    const code = image({ Dockerfile: `${BASE}COPY . .\nCMD ["index.handler"]\n` }, {}, { account: '123456789012', region: 'eu-west-1' });
    expect(code.handler).toBe('index.handler');
  });

  test.each<[string, string, RegExp]>([
    ['commands', 'COPY . .\nRUN npm ci\nCMD ["a.b"]', /RUN is not supported/],
    ['stages', 'FROM node AS build\nCOPY . .\nCMD ["a.b"]', /more than one FROM/],
    ['copies from other images', 'COPY --from=build /out .\nCMD ["a.b"]', /COPY --from/],
    ['files that are renamed', 'COPY a.mjs b.mjs\nCMD ["a.b"]', /rearrange files/],
    ['copies out of the task root', 'COPY a.mjs /opt/\nCMD ["a.b"]', /leaves the task root/],
    ['files that are not there', 'COPY b.mjs .\nCMD ["a.b"]', /b\.mjs is not in/],
    ['no command', 'COPY . .', /names a command/],
    ['an entry point', 'COPY . .\nENTRYPOINT ["x"]\nCMD ["a.b"]', /ENTRYPOINT is not supported/],
  ])('refuses an image with %s', (_, instructions, message) => {
    expect(() => image({ 'Dockerfile': `${BASE}${instructions}\n`, 'a.mjs': 'x' })).toThrow(message);
  });

  test('lets build arguments choose the base image', () => {
    const Dockerfile = 'ARG BASE=a:1\nFROM ${BASE}\nCOPY . .\nCMD ["a.b"]\n';
    expect(image({ Dockerfile }).runtime).toBe('a:1');
    expect(image({ Dockerfile }, { buildArgs: { BASE: 'b:2' } }).runtime).toBe('b:2');
  });

  test('refuses build targets, inline code and other runtimes', () => {
    expect(() => image({ Dockerfile: `${BASE}COPY . .\nCMD ["a.b"]\n` }, { target: 'x' })).toThrow(/dockerBuildTarget/);
    expect(() => resolveCode((stack) => new Function(stack, 'F', { code: Code.fromInline('x'), handler: 'index.handler', runtime: Runtime.NODEJS_22_X })))
      .toThrow(/inline code/);
    expect(() => zip({ 'index.py': 'x' }, Runtime.PYTHON_3_13)).toThrow(/runtime python3\.13/);
  });

  test('refuses native modules of another machine, unless one for this machine is there too', () => {
    const elf = (machine: number): Buffer => {
      const header = Buffer.alloc(64);
      header.writeUInt32BE(0x7f454c46, 0);
      header.writeUInt16LE(machine, 18);
      return header;
    };
    const machines: Record<string, number> = { x64: 0x3e, arm64: 0xb7 };
    const other = elf(machines[process.arch === 'x64' ? 'arm64' : 'x64']);
    expect(() => zip({ 'index.js': 'x', 'build/native.node': other })).toThrow(/native\.node is a native module for another machine/);
    if (process.platform !== 'linux') return;
    const both = { 'index.js': 'x', 'prebuilds/a.node': other, 'prebuilds/b.node': elf(machines[process.arch]) };
    expect(zip(both).handler).toBe('index.handler');
  });
});
