// npm run fuzz [-- runs [seed]]: more hostile requests than the tests send, and a thousand senders at once.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

const [runs = '5000', seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
console.log(`${runs} requests from seed ${seed}`);
const { status } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '--coverage=false', 'test/fuzz', 'test/local/runner/races'], {
  stdio: 'inherit', env: { ...process.env, FUZZ_RUNS: runs, FUZZ_SEED: seed, RACERS: '1000' },
});
process.exit(status ?? 1);
