// Loads one module and tells how long it took.
import { writeSync } from 'node:fs';

const cpu = process.cpuUsage();
const startedAt = performance.now();
await import(process.env.MODULE);
const wall = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
writeSync(3, `${JSON.stringify({ wall, cpu: (user + system) / 1000 })}\n`);
process.exit(0);
