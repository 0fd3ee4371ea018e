import { isUtf8 } from 'node:buffer';
import { SignedRequest } from './providers/provider';

/** A signed request as a command to paste: its bytes reach the endpoint as they were signed. */
export function curlCommand(url: string, { headers, body }: SignedRequest): string {
  const flags = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const command = ['curl', '-sS', '-X POST', quoted(url), ...flags].join(' ');
  return isText(body) ? `${command} --data-raw ${quoted(body.toString('utf8'))}` : `printf ${escaped(body)} | ${command} --data-binary @-`;
}

/** Whether a terminal takes it as it is. */
function isText(body: Buffer): boolean {
  return isUtf8(body) && !/[^\P{C}\n\t]/u.test(body.toString('utf8'));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Octal escapes, which every printf knows; an argument cannot hold every byte. */
function escaped(body: Buffer): string {
  const characters = [...body].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w .,:;/=+-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  // The first could be taken for an option.
  return quoted(characters.join('').replace(/^-/, '\\055'));
}
