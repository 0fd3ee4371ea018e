import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Services } from './services';

const PARTS = ['queues', 'topics', 'secrets'] as const;
const SAVE_EVERY_MS = 1000;

/**
 * Keeps in the data directory what DynamoDB and S3 do not keep by themselves:
 * secrets, queues and mailboxes. To be called before anything is loaded; answers
 * with what saves for the last time.
 */
export function keepState(services: Services, directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'state.json');
  if (existsSync(file)) {
    const state = JSON.parse(readFileSync(file, 'utf8'));
    for (const part of PARTS) services[part].restore(state[part]);
  }

  let saved = '';
  const save = () => {
    const text = JSON.stringify(Object.fromEntries(PARTS.map((part) => [part, services[part].snapshot()])));
    if (text === saved) return;
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    saved = text;
  };
  save();
  const timer = setInterval(save, SAVE_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    save();
  };
}
