import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directories that runners of this process keep their state in. */
const claimed = new Set<string>();

/** Takes a directory for one runner alone, as two would overwrite each other's state; answers with what gives it back. */
export function claimDirectory(directory: string): () => void {
  const lock = join(directory, 'runner.pid');
  try {
    mkdirSync(directory, { recursive: true });
    const owner = ownerOf(lock);
    if (claimed.has(directory) || (owner !== undefined && isAlive(owner))) throw new InUse(directory, owner ?? process.pid);
    writeFileSync(lock, String(process.pid));
  } catch (error) {
    if (error instanceof InUse) throw error;
    throw new Error(`--data is ${JSON.stringify(directory)}: use a directory that can be written to (${(error as Error).message})`);
  }
  claimed.add(directory);
  return () => {
    claimed.delete(directory);
    rmSync(lock, { force: true });
  };
}

class InUse extends Error {
  public constructor(directory: string, pid: number) {
    super(`--data is ${JSON.stringify(directory)}: the runner with process id ${pid} keeps its state there. Stop it, or use another directory`);
  }
}

function ownerOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether another process has this id; a runner that crashed leaves its id behind, and in a container the next one may have the same. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
