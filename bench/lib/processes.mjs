// Child processes that take orders as JSON lines on stdin and answer on their fourth descriptor: stdout is left to the logs of what is measured.
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Nothing of the caller's AWS settings gets in, and every call ends on this machine. */
export const LOCAL_AWS = {
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: '000000000000',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
  NODE_NO_WARNINGS: '1',
};

/** As in Lambda: the X-Ray SDKs take the trace of the invocation, and send what is sampled to a daemon. */
export const LAMBDA = { LAMBDA_TASK_ROOT: '/var/task', AWS_LAMBDA_FUNCTION_NAME: 'bench', AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:9', AWS_XRAY_LOG_LEVEL: 'silent' };

export class Worker {
  constructor(command, args, env = {}) {
    this.child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit', 'pipe'], env: { PATH: process.env.PATH, ...LOCAL_AWS, ...env } });
    this.label = [command, ...args].join(' ');
    this.answers = createInterface({ input: this.child.stdio[3] })[Symbol.asyncIterator]();
  }

  /** Gives one order and waits for its answer. */
  async ask(order) {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.next();
  }

  async next() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.label} ended without an answer`);
    return JSON.parse(value);
  }

  stop() {
    this.child.stdin.end();
    this.child.kill();
  }
}

export function nodeWorker(script, env) {
  return new Worker(process.execPath, [script], env);
}

/** The other side: answers every order with what `obey` gives; says first that it is there. */
export async function serveOrders(obey, hello = {}) {
  const say = (answer) => writeSync(3, `${JSON.stringify(answer)}\n`);
  say(hello);
  for await (const line of createInterface({ input: process.stdin })) say(await obey(JSON.parse(line)));
  process.exit(0);
}

/** Wall and processor time of `work`, in milliseconds. */
export async function timed(work) {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wall = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1000 };
}
