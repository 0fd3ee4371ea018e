import { Readable } from 'node:stream';

/** CloudWatch's limit for one event; a longer line is kept in pieces. */
const LONGEST = 1024 * 1024;

/** Calls `onLine` for every line, as soon as its newline is read. Only `\n` ends a line: `\r` stands for one within. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
    if (rest.length < LONGEST) return;
    onLine(rest);
    rest = '';
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
  });
}
