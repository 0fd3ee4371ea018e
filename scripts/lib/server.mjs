import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a server that ends with this process; resolves as soon as `url` answers. */
export async function startServer(command, args, env, url, seconds = 60) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said = `${said}${chunk}`.slice(-8000); });
  process.on('exit', () => child.kill('SIGKILL'));
  for (const until = Date.now() + seconds * 1000; Date.now() < until && child.exitCode === null;) {
    if (await fetch(url).then(({ ok }) => ok, () => false)) return { said: () => said, stop: () => child.kill('SIGKILL') };
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`${command} did not answer at ${url}:\n${said}`);
}

/** Asks until there is an answer that counts. */
export async function eventually(what, ask, seconds = 30) {
  let last;
  for (const until = Date.now() + seconds * 1000; Date.now() < until;) {
    last = await ask();
    if (last) return last;
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
