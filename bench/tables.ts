/**
 * The computed tables in docs/scaling.md and docs/cost.md. Renews them:
 * TS_NODE_PROJECT=tsconfig.dev.json node -r ts-node/register/transpile-only bench/tables.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { FACTS_AS_OF } from '../src/capacity/aws-facts';
import { componentTable, monthTable, peerTable, settingTable } from './costs';
import { raiseTable, regionTable, simulationTable } from './scaling';

/** By the name in `<!-- table: … -->`. */
const TABLES: Readonly<Record<string, () => string>> = {
  'date': () => `Quotas and prices of ${FACTS_AS_OF}.`,
  'regions': regionTable,
  'raise': () => raiseTable('us-east-1'),
  'raise-small': () => raiseTable('eu-south-1'),
  'simulation': simulationTable,
  'components': componentTable,
  'settings': settingTable,
  'month': monthTable,
  'peer': peerTable,
};

export const PAGES = ['docs/scaling.md', 'docs/cost.md'];

/** The page with every table computed again. */
export function renewed(page: string): string {
  return page.replace(/(<!-- table: ([a-z-]+) -->\n).*?(<!-- \/table -->)/gs, (_, start: string, name: string, end: string) => `${start}${TABLES[name]()}\n${end}`);
}

if (require.main === module) for (const page of PAGES) writeFileSync(page, renewed(readFileSync(page, 'utf8')));
