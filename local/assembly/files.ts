import { readFileSync } from 'node:fs';

/** The cloud assembly is not what the runner needs; the message says what to do. */
export class AssemblyError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'AssemblyError';
  }
}

export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new AssemblyError(`${file} is missing; run "cdk synth" first`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssemblyError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
}
