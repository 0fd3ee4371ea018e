import type { ArchiveCheck, ArchiveObject } from '../../local/console/model';
import { api } from '../api';
import { badge, button, h, scroller, toast } from '../dom';
import type { Context } from '../page';

const MOST = 200;

export async function archiveView(_: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'archive' });
  const result = h('div', { 'aria-live': 'polite' });
  const verify = async (): Promise<void> => result.replaceChildren(...(await api.verify()).map(checkReport));
  const run = async (all: boolean): Promise<void> => {
    const { objects } = await api.runArchive(all);
    toast(`${objects.length} objects written`);
    await draw();
    await verify();
  };
  const draw = async (): Promise<void> => {
    const objects = await api.archive();
    place.replaceChildren(
      h('div', { class: 'title' }, h('h1', {}, 'Archive'), h('span', { class: 'quiet' }, `${objects.length} objects`)),
      h('div', { class: 'actions' }, button('Run archive now', () => run(false)), button('Run as if it were tomorrow', () => run(true), { class: 'primary' }), objects.length > 0 && button('Verify', verify)),
      result,
      objects.length === 0 ? h('p', { class: 'empty' }, 'Nothing archived yet. Rows are archived a day after they came: run it as if it were tomorrow.') : objectList(objects));
  };
  await draw();
  return place;
}

/** The objects held against their manifests, and the manifests against each other. */
function checkReport({ bucket, ok, days, head, problems }: ArchiveCheck): HTMLElement {
  return h('section', { 'class': 'report', 'aria-label': `Verification of ${bucket}` },
    h('p', {}, badge(ok ? 'verified' : `${problems.length} problems`, ok ? 'good' : 'rejected'), ' ', h('span', { class: 'quiet' }, bucket)),
    problems.map(({ problem, key, detail }) => h('p', { class: 'problem' }, h('strong', {}, problem), ` ${key}: ${detail}`)),
    scroller('Days', h('table', { class: 'plain' },
      h('caption', { class: 'hidden' }, 'Days'),
      h('thead', {}, h('tr', {}, ['Day', 'Manifests', 'Objects', 'Rows', 'Bytes'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, days.map(({ day, manifests, objects, rows, bytes }) => h('tr', {}, [day, manifests, objects, rows, bytes.toLocaleString('en')].map((value) => h('td', {}, value))))))),
    head && h('p', { class: 'quiet' }, 'The chain of manifests ends with ', h('code', {}, head.key), ', SHA-256 ', h('code', {}, head.sha256)));
}

function objectList(objects: readonly ArchiveObject[]): HTMLElement {
  return h('div', {}, objects.slice(0, MOST).map(({ bucket, key, size, storageClass, at }) => {
    const inside = h('div', {});
    const details = h('details', { class: 'letter' }, h('summary', {}, h('code', {}, key), h('span', { class: 'quiet' }, ` ${size} bytes, ${storageClass}, ${at.slice(0, 19).replace('T', ' ')}`)), inside);
    details.addEventListener('toggle', () => {
      if (details.open && inside.childElementCount === 0) void fill(inside, bucket, key);
    });
    return details;
  }));
}

async function fill(place: HTMLElement, bucket: string, key: string): Promise<void> {
  try {
    const { lines, total } = await api.object(bucket, key);
    place.replaceChildren(
      h('p', { class: 'quiet' }, `${total} records in ${bucket}${total > lines.length ? `, the first ${lines.length} of them` : ''}`),
      scroller('Records', h('pre', {}, lines.map(pretty).join('\n'))));
  } catch (error) {
    toast((error as Error).message, true);
  }
}

/** Line breaks only: a number is shown as it is kept. */
function pretty(line: string): string {
  return line.replace(/,"(?=[\w]+":)/g, ',\n  "').replace(/^\{/, '{ ');
}
