// What the figures were measured on.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export function describeMachine() {
  const date = new Date().toISOString().slice(0, 10);
  const parts = [
    `${availableParallelism()} × ${cpus()[0].model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GB`,
    `load ${loadavg()[0].toFixed(1)} at the start`,
    `${process.platform} ${process.arch}`,
    `Node.js ${process.versions.node}`,
    ...['@aws-sdk/client-dynamodb', 'aws-cdk-lib', 'dynalite'].map((name) => `${name} ${versionOf(name)}`),
  ];
  return { date, text: parts.join(', ') };
}

function versionOf(name) {
  return JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
}
