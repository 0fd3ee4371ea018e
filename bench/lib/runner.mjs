// The local runner as a process of its own, and the AWS calls the benchmarks make to it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startRunner(app) {
  const child = spawn(process.execPath, ['bin/cli.mjs', 'start', '--app', app, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.event !== 'ready') continue;
    child.stdout.resume();
    return { url: message.url, secretArn: message.webhooks[0].secret_arn, stop: () => child.kill('SIGINT') };
  }
  throw new Error('The local runner did not start');
}

export async function call(url, service, target, input) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'authorization': `AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/${service}/aws4_request`, 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(input),
  });
  const output = await response.json();
  if (!response.ok) throw new Error(`${target}: ${JSON.stringify(output)}`);
  return output;
}

export async function secretOf({ url, secretArn }) {
  return (await call(url, 'secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: secretArn })).SecretString;
}

/** Resolves once nothing is under way in the runner any more. */
export async function settled({ url }) {
  for (let quiet = 0; quiet < 2;) {
    const { pending } = await (await fetch(`${url}/_local`)).json();
    quiet = Object.values(pending).every((count) => count === 0) ? quiet + 1 : 0;
    await new Promise((resume) => setTimeout(resume, 10));
  }
}
