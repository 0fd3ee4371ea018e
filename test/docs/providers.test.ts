import { readFileSync } from 'node:fs';
import type { ProviderAdapter } from '../../runtime/providers/adapter';
import { ADAPTERS } from '../../runtime/providers/registry';

const page = readFileSync('docs/providers.md', 'utf8');

function rowOf({ kind, description: { title, signatureHeader, algorithm, toleranceSeconds, batch, retryHorizonDays } }: ProviderAdapter): string {
  const window = toleranceSeconds === undefined ? 'not signed' : toleranceSeconds < 3600 ? `± ${toleranceSeconds} s` : `${toleranceSeconds / 86_400} days`;
  return `| ${[title, `\`${kind}\``, signatureHeader, algorithm.replaceAll('|', '\\|'), window, batch ? 'yes' : 'no', `${retryHorizonDays} d`].join(' | ')} |`;
}

test.each(ADAPTERS.map((adapter) => [adapter.kind, adapter] as const))('docs/providers.md says how %s is verified, and what is unconfirmed', (_, adapter) => {
  expect(page.split('\n')).toContain(rowOf(adapter));
  for (const doubt of adapter.description.unconfirmed ?? []) expect(page).toContain(doubt);
});
