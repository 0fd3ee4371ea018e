import { readFileSync } from 'node:fs';

/** A file that an option names. */
export function textFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${option} is ${JSON.stringify(file)}: use a file that can be read (${(error as Error).message})`);
  }
}

/** The same, with one JSON object in it. */
export function jsonFile(option: string, file: string): object {
  const text = textFile(option, file);
  const value: unknown = parsed(text);
  if (typeof value !== 'object' || value === null) throw new Error(`${option} is ${JSON.stringify(file)}: it holds no JSON object`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
