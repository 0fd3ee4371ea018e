import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Every page a person reads; API.md is generated. */
const PAGES = [...readdirSync('.'), ...readdirSync('docs').map((name) => join('docs', name))].filter((name) => name.endsWith('.md') && name !== 'API.md');

const textOf = (page: string) => readFileSync(page, 'utf8');
const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');

interface Link {
  readonly page: string;
  readonly target: string;
}

function linksOf(page: string): readonly Link[] {
  return [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({ page, target }));
}

/** As GitHub makes them of headings: a second one of the same words gets a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = [...textOf(page).replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)];
  return new Set(headings.map(([, heading]) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-');
    const times = seen.get(plain) ?? 0;
    seen.set(plain, times + 1);
    return times === 0 ? plain : `${plain}-${times}`;
  }));
}

const relative = PAGES.flatMap(linksOf).filter(({ target }) => !/^[a-z]+:/.test(target));

test('there are pages and links to look at', () => {
  expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/events.md', 'docs/operations.md', 'docs/migration.md']));
  expect(relative.length).toBeGreaterThan(50);
});

test.each(relative.map((link) => [`${link.page} → ${link.target}`, link] as const))('%s', (_, { page, target }) => {
  const [path, anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  expect(existsSync(file)).toBe(true);
  if (anchor !== undefined) {
    expect(statSync(file).isFile()).toBe(true);
    expect([...anchorsOf(file)]).toContain(anchor);
  }
});

test('no page is forgotten: each is linked from another', () => {
  const linked = new Set(relative.map(({ page, target }) => normalize(join(dirname(page), target.split('#')[0]))));
  expect(PAGES.filter((page) => page !== 'README.md' && !linked.has(page))).toEqual([]);
});

test('pages stay within a few screens', () => {
  expect(PAGES.filter((page) => page !== 'README.md').filter((page) => textOf(page).split('\n').length > 220)).toEqual([]);
});
