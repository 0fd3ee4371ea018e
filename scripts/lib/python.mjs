import { join } from 'node:path';
import { has, run } from './run.mjs';

export const PYTHON_IS_MISSING = 'it needs Python 3.9 or later with venv, which this machine lacks';

export const hasPython = () => has('python3', ['-m', 'venv', '--help']);

/** A virtual environment with what a requirements file names; answers with its folder of commands. */
export async function virtualEnvironment(folder, requirements) {
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--no-compile', '--requirement', requirements]);
  return join(folder, 'bin');
}
