import type { DeadLetterQueue, Redriven } from '../../local/console/model';
import { api } from '../api';
import { badge, button, h, scroller, time } from '../dom';
import type { Context } from '../page';

export async function deadLettersView(_: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'dead-letters' });
  const result = h('div', { 'aria-live': 'polite' });
  const release = h('input', { type: 'checkbox', name: 'releaseClaims' });
  const run = async (source: string | undefined, dryRun: boolean): Promise<void> => {
    const outcomes = await api.redrive({ source, dryRun, releaseClaims: release.checked });
    result.replaceChildren(outcomeTable(outcomes, dryRun));
    await draw();
  };
  const draw = async (): Promise<void> => {
    const queues = await api.deadLetters();
    const total = queues.reduce((sum, { letters }) => sum + letters.length, 0);
    place.replaceChildren(
      h('div', { class: 'title' }, h('h1', {}, 'Dead letters'), h('span', { class: 'quiet' }, `${total} kept`), h('span', { class: 'grow' }), button('Refresh', draw)),
      h('p', { class: 'quiet' }, 'What failed for good, with what it failed with. Redrive sends it back to where it failed, and nowhere else. The same in AWS: ', h('code', {}, 'npx cdk-webhook-processing redrive')),
      total === 0 ? '' : h('div', { class: 'actions' },
        button('Try without changing anything', () => run(undefined, true)),
        button('Redrive all', () => run(undefined, false), { class: 'primary' }),
        h('label', { class: 'check' }, release, ' Send again alerts of which nobody knows whether they were sent')),
      result,
      ...queues.map((queue) => queueSection(queue, run)));
  };
  await draw();
  return place;
}

function queueSection({ source, title, name, letters }: DeadLetterQueue, run: (source: string, dryRun: boolean) => Promise<void>): HTMLElement {
  return h('section', { 'class': 'queue', 'aria-label': title },
    h('div', { class: 'title' }, h('h2', {}, title), h('span', { class: 'quiet' }, `${letters.length} in ${name}`), h('span', { class: 'grow' }),
      letters.length > 0 && button('Redrive', () => run(source, false), { 'aria-label': `Redrive ${title}` })),
    letters.map(({ at, what, reason, body }) => h('details', { class: 'letter' },
      h('summary', {}, time(at), ' ', what, ' ', badge(reason, 'rejected')), scroller('Letter', h('pre', {}, body)))));
}

const WORDS = { found: 'would be sent again', redriven: 'sent again', kept: 'kept' } as const;

function outcomeTable(outcomes: readonly Redriven[], dryRun: boolean): HTMLElement {
  const count = (outcome: Redriven['outcome']) => outcomes.filter((one) => one.outcome === outcome).length;
  const sentence = dryRun ? `${count('found')} would be sent again; nothing was changed` : `${count('redriven')} sent again, ${count('kept')} kept`;
  return h('div', { class: 'report' }, h('p', {}, h('strong', {}, sentence)),
    outcomes.length > 0 && scroller('What was done', h('table', { class: 'plain' },
      h('caption', { class: 'hidden' }, 'Letters and what was done'),
      h('thead', {}, h('tr', {}, ['Letter', 'Failed with', 'Outcome'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, outcomes.map(({ what, error, outcome, reason }) => h('tr', {},
        h('td', {}, what), h('td', {}, error), h('td', {}, badge(WORDS[outcome], outcome === 'kept' ? 'rejected' : 'good'), reason && h('span', { class: 'quiet' }, ` ${reason}`))))))));
}
