// What the longer tests share: quiet commands whose output is shown when they fail, and a report at the end.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SILENT = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: String(process.versions.node.split('.')[0]) };

/** A folder that goes away with the process. */
export function scratchFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  return folder;
}

export function has(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Resolves to the standard output; rejects with the last lines of everything the command said. */
export function run(command, args, { env, seconds = 600, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds * 1000, killSignal: 'SIGKILL', env: { ...process.env, ...SILENT, ...env }, ...options,
    });
    let [stdout, all] = ['', ''];
    child.stdout.on('data', (chunk) => { stdout += chunk; all += chunk; });
    child.stderr.on('data', (chunk) => { all += chunk; });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout);
      const ending = signal ? `was ended by ${signal}, after ${seconds} s at most` : `ended with ${code}`;
      return reject(new Error(`${command} ${args.join(' ')} ${ending}:\n${all.trim().split('\n').slice(-40).join('\n')}`));
    });
  });
}

/** Runs each check, which may return a remark, and says at once how it went. */
export class Report {
  #counts = { passed: 0, failed: 0, skipped: 0 };

  async check(title, body) {
    const from = Date.now();
    try {
      const remark = await body();
      this.#line('passed', title, from, remark);
    } catch (error) {
      this.#line('failed', title, from, error.message);
    }
  }

  skip(title, reason) {
    console.log(`\n${'!'.repeat(80)}\n!! SKIPPED ${title}: ${reason}\n${'!'.repeat(80)}\n`);
    this.#counts.skipped++;
  }

  /** Ends the process: with 1 if anything failed or nothing was run. */
  close() {
    const { passed, failed, skipped } = this.#counts;
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    process.exit(failed > 0 || passed === 0 ? 1 : 0);
  }

  #line(outcome, title, from, remark) {
    this.#counts[outcome]++;
    console.log(`${outcome === 'passed' ? '✓' : '✗'} ${title} (${((Date.now() - from) / 1000).toFixed(1)} s)${remark ? `: ${remark}` : ''}`);
  }
}
