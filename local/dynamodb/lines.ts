import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 1024 * 1024;

/** The complete lines of an NDJSON file, parsed; a last line cut short by a crash is left out. */
export function* readLines(file: string): Generator<unknown> {
  const descriptor = openSync(file, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.alloc(CHUNK);
    let rest = '';
    let line = 0;
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, read))).split('\n');
      rest = lines.pop()!;
      for (const text of lines) yield parse(text, ++line, file);
    }
  } finally {
    closeSync(descriptor);
  }
}

function parse(text: string, line: number, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is damaged at line ${line}`, { cause: error });
  }
}

/** Appends to an NDJSON file. What is written survives the end of the process, not the loss of power. */
export class LineWriter {
  private readonly descriptor: number;
  private size: number;
  private closed = false;

  public constructor(file: string, flags: 'a' | 'w') {
    this.descriptor = openSync(file, flags);
    this.size = fstatSync(this.descriptor).size;
  }

  public append(...entries: object[]): void {
    if (this.closed) throw new Error('The data directory is closed');
    const text = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    try {
      appendFileSync(this.descriptor, text);
      this.size += text.length;
    } catch (error) {
      ftruncateSync(this.descriptor, this.size);
      throw error;
    }
  }

  public close(): void {
    this.closed = true;
    closeSync(this.descriptor);
  }
}
