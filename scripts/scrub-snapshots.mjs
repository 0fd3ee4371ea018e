// The metadata files hold stack traces with local paths; integ-runner only wants them to exist.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

for (const dir of readdirSync('test').filter((name) => name.endsWith('.snapshot'))) {
  for (const file of readdirSync(join('test', dir)).filter((name) => name.endsWith('.metadata.json'))) {
    writeFileSync(join('test', dir, file), '{}\n');
  }
}
