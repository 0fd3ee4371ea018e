import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { DEMO_PROVIDERS } from '../../local/demo/providers';
import { Attack, attacks } from './attack';
import { Target } from './target';

/** How many attacks; `npm run fuzz` makes more of them, from another seed each time. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
const SEED = Number(process.env.FUZZ_SEED ?? 20_251_009);

const corpus = JSON.parse(readFileSync(join(__dirname, 'corpus.json'), 'utf8')) as Record<string, Attack>;
let target: Target;

beforeAll(async () => {
  target = await Target.start();
}, 120_000);
afterAll(() => target?.stop());

test.each(Object.entries(corpus))('%s is answered below 500 and without a leak', async (_, attack) => {
  expect(await target.attack(attack)).toBeUndefined();
});

test(`so are ${RUNS} requests drawn from seed ${SEED}`, async () => {
  await fc.assert(fc.asyncProperty(attacks(DEMO_PROVIDERS.map(({ kind }) => kind)), async (attack) => {
    const problem = await target.attack(attack);
    if (problem !== undefined) throw new Error(`${problem}\nfor the corpus: ${JSON.stringify(attack)}`);
  }), { numRuns: RUNS, seed: SEED });
}, 120_000 + RUNS * 200);

test('no handler died of it, nothing leaked into logs, what was stored was processed, and good webhooks are still taken', async () => {
  expect(await target.damage()).toEqual([]);
}, 240_000);
