import { readFileSync } from 'node:fs';

/** The JSON object in a file that an option names. */
export function jsonFile(option: string, file: string): object {
  const value = parsed(textOf(option, file));
  if (typeof value !== 'object' || value === null) throw new Error(`${option} is ${JSON.stringify(file)}: it holds no JSON object`);
  return value;
}

function textOf(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${option} is ${JSON.stringify(file)}: use a file that can be read (${(error as Error).message})`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
