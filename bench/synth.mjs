// Synthesis of the construct against the same resources written with plain L2 constructs.
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { Worker } from './lib/processes.mjs';
import { TYPESCRIPT } from './lib/typescript.mjs';

export const title = 'Synthesis';

export async function run({ rounds = 12 }) {
  const worker = new Worker(process.execPath, ['-r', 'ts-node/register', 'bench/workers/synth.ts'], { ...TYPESCRIPT, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' });
  try {
    await worker.next();
    const { counts } = await worker.ask({ variant: 'construct' });
    const ask = (variant) => () => worker.ask({ variant, counts });
    const { construct, plain } = await alternate({ construct: ask('construct'), plain: ask('plain') }, { rounds, warmups: 3 });
    const cpu = ratio(each(construct, 'cpu'), each(plain, 'cpu'));
    return [{
      name: 'synth ÷ plain L2', ...ratio(each(construct, 'wall'), each(plain, 'wall')), goal: 1.2, better: 'lower',
      ours: `${median(each(construct, 'wall')).toFixed(0)} ms`, peer: `${median(each(plain, 'wall')).toFixed(0)} ms`,
      cpu: cpu.median, note: `${describe(construct[0].kinds, plain[0].kinds)}; templates of ${construct[0].kib} and ${plain[0].kib} KiB; app and stack are made anew, the libraries are loaded`,
    }];
  } finally {
    worker.stop();
  }
}

/** Whether both stacks have the same resources, and where not. */
function describe(ours, plain) {
  const total = (kinds) => Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const differing = [...new Set([...Object.keys(ours), ...Object.keys(plain)])].filter((kind) => ours[kind] !== plain[kind]);
  const list = differing.map((kind) => `${kind} ${ours[kind] ?? 0}/${plain[kind] ?? 0}`).join(', ');
  return `${total(ours)} resources against ${total(plain)}${list ? `, differing in ${list}` : ', equal in every kind'}`;
}
