import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Native modules under `directory` that cannot load here. A package that also ships one for this machine is fine. */
export function foreignBinaries(directory: string, machine = `${process.platform}-${process.arch}`): string[] {
  const binaries = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.node'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const usable = new Set(binaries.filter((file) => targetsOf(file).includes(machine)).map((file) => packageOf(file, directory)));
  return binaries.filter((file) => !usable.has(packageOf(file, directory)));
}

function packageOf(file: string, root: string): string {
  let directory = dirname(file);
  while (directory !== root && !existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
}

const ELF: Readonly<Record<number, string>> = { 0x3e: 'linux-x64', 0xb7: 'linux-arm64' };
const MACH_O: Readonly<Record<number, string>> = { 0x01000007: 'darwin-x64', 0x0100000c: 'darwin-arm64' };
const PE: Readonly<Record<number, string>> = { 0x8664: 'win32-x64', 0xaa64: 'win32-arm64' };

/** The machines a binary runs on, by its header. */
function targetsOf(file: string): string[] {
  const header = Buffer.alloc(1024);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header, 0, header.length, 0);
  } finally {
    closeSync(handle);
  }
  switch (header.readUInt32BE(0)) {
    case 0x7f454c46: return [ELF[header.readUInt16LE(18)]];
    case 0xcffaedfe: return [MACH_O[header.readUInt32LE(4)]];
    case 0xcafebabe: return Object.values(MACH_O);
    default: return header.toString('latin1', 0, 2) === 'MZ' ? [PE[header.readUInt16LE(Math.min(header.readUInt32LE(60), 1000) + 4)]] : [];
  }
}
