import { createInterface } from 'node:readline';
import { CapturedRequest, judge } from '../../runtime/providers/judge';
import { printJson } from '../../runtime/transaction/json';

/** Judges captured requests, a JSON object a line on standard input; answers with the exit code. */
export async function verify(): Promise<number> {
  let unreadable = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const captured = read(line);
    if (!captured) unreadable += 1;
    // Numbers in metadata come out as they were sent.
    process.stdout.write(`${printJson(captured ? await judge(captured) : { error: 'not a JSON object with provider, headers and body' })}\n`);
  }
  return unreadable === 0 ? 0 : 1;
}

function read(line: string): CapturedRequest | undefined {
  try {
    const captured = JSON.parse(line) as CapturedRequest;
    return typeof captured.provider === 'string' ? captured : undefined;
  } catch {
    return undefined;
  }
}
