import type { DeadLetterQueue } from '../../local/console/model';
import { api } from '../api';
import { button, h, scroller, time, toast } from '../dom';
import type { Context } from '../page';

export async function deadLettersView(_: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'dead-letters' });
  const draw = async (): Promise<void> => {
    const queues = await api.deadLetters();
    place.replaceChildren(
      h('div', { class: 'title' }, h('h1', {}, 'Dead letters'), h('span', { class: 'grow' }), button('Refresh', draw)),
      h('p', { class: 'quiet' }, 'What failed for good, with what it failed with. Redrive sends it back to where it failed, and nowhere else.'),
      ...queues.map((queue) => queueSection(queue, draw)));
  };
  await draw();
  return place;
}

function queueSection({ name, arn, letters }: DeadLetterQueue, draw: () => Promise<void>): HTMLElement {
  return h('section', { 'aria-label': name },
    h('div', { class: 'title' }, h('h2', {}, name), h('span', { class: 'quiet' }, `${letters.length} kept`), h('span', { class: 'grow' }),
      letters.length > 0 && button('Redrive', async () => {
        const { moved, failed } = await api.redrive(arn);
        toast(failed.length > 0 ? `${moved} sent again; ${failed[0]}` : `${moved} sent again`, failed.length > 0);
        await draw();
      }, { 'aria-label': `Redrive ${name}` })),
    letters.map(({ at, reason, body }) => h('details', { class: 'letter' }, h('summary', {}, time(at), ` ${reason}`), scroller('Letter', h('pre', {}, body)))));
}
