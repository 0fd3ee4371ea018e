import type { ArchiveObject } from '../../local/console/model';
import { api } from '../api';
import { button, h, scroller, toast } from '../dom';
import type { Context } from '../page';

const MOST = 200;

export async function archiveView(_: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'archive' });
  const run = async (all: boolean): Promise<void> => {
    const { objects } = await api.runArchive(all);
    toast(`${objects.length} objects written`);
    await draw();
  };
  const draw = async (): Promise<void> => {
    const objects = await api.archive();
    place.replaceChildren(
      h('div', { class: 'title' }, h('h1', {}, 'Archive'), h('span', { class: 'quiet' }, `${objects.length} objects`)),
      h('div', { class: 'actions' }, button('Run archive now', () => run(false)), button('Run as if it were tomorrow', () => run(true), { class: 'primary' })),
      objects.length === 0 ? h('p', { class: 'empty' }, 'Nothing archived yet. Rows are archived a day after they came: run it as if it were tomorrow.') : objectList(objects));
  };
  await draw();
  return place;
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
