import type { CheckGroup, JourneyPage, Stage } from '../../local/console/model';
import { api } from '../api';
import { badge, button, copy, h, scroller } from '../dom';
import type { Context } from '../page';

const SIGN: Readonly<Record<Stage['state'], string>> = { done: '✓', failed: '✕', skipped: '–', waiting: '…' };

/** One webhook from its bytes to the archive, a lane per stage. */
export async function journeyView({ argument, listenTo, onRows }: Context): Promise<HTMLElement> {
  const [id, event = '0'] = argument.split('/');
  const place = h('div', { class: 'journey' });
  let drawn = '';
  const draw = async (): Promise<void> => {
    const page = await api.journey(id, event);
    const text = JSON.stringify(page);
    if (text === drawn) return;
    const isFirst = drawn === '';
    drawn = text;
    const open = new Set([...place.querySelectorAll<HTMLDetailsElement>('details[open]')].map(({ dataset }) => dataset.key));
    place.replaceChildren(...content(page, open, isFirst));
  };
  await draw();
  let pending = false;
  onRows(() => {
    if (pending) return;
    pending = true;
    setTimeout(() => {
      pending = false;
      void draw();
    }, 150);
  });
  listenTo(new URLSearchParams({ text: id }));
  setTimeout(() => void draw(), 400);
  return place;
}

function content(page: JourneyPage, open: ReadonlySet<string | undefined>, isFirst: boolean): HTMLElement[] {
  const { summary, stages } = page;
  const start = Date.parse(summary.at);
  return [
    h('p', {}, h('a', { href: '#/live' }, '← All webhooks')),
    h('div', { class: 'title' },
      h('h1', {}, summary.transactionId ?? `Request #${summary.number}`),
      badge(summary.outcome), summary.amount !== undefined && h('strong', {}, `${summary.amount} ${summary.currency}`), badge(summary.tier, 'plain'), badge(summary.band)),
    summary.reason !== undefined && h('p', { class: 'problem' }, h('strong', {}, `Turned away: ${summary.reason.replace(/_/g, ' ')}.`), ` ${whyOf(page)}`),
    actions(page),
    siblingList(page),
    h('ol', { 'class': 'steps', 'aria-label': 'Stages' }, stages.map(({ id, title, state }) => h('li', {},
      h('button', { type: 'button', class: `step ${state}`, onclick: () => document.getElementById(`stage-${id}`)?.scrollIntoView({ block: 'start' }) },
        h('span', { 'aria-hidden': 'true' }, SIGN[state]), ` ${title}`, h('span', { class: 'hidden' }, `, ${state}`))))),
    h('div', { class: 'lanes' }, stages.map((stage) => lane(stage, start, open, isFirst))),
  ].filter((part) => part !== false);
}

/** What the stage says that turned it away. */
function whyOf({ stages }: JourneyPage): string {
  const { sentence = '', facts = [] } = stages.findLast(({ id, state }) => state === 'failed' && id !== 'received') ?? {};
  const likely = facts.find(([name]) => name === 'Most likely')?.[1];
  return [sentence.replace(/^Refused: (.)/, (_, first: string) => first.toUpperCase()), likely].filter(Boolean).map((part) => `${part}.`).join(' ');
}

/** All events of the same webhook; the page is about one of them. */
function siblingList({ summary: { id }, siblings }: JourneyPage): HTMLElement | false {
  if (!siblings) return false;
  return h('nav', { 'class': 'siblings', 'aria-label': 'Events of this webhook' },
    h('p', { class: 'quiet' }, `This webhook has ${siblings.length} events:`),
    h('ul', {}, siblings.map(({ index, isShown, label, amount, outcome, tier, band }) => h('li', {},
      h('a', { 'href': `#/request/${id}/${index}`, 'aria-current': isShown ? 'page' : undefined }, label), ' ',
      amount, ' ', badge(outcome), ' ', badge(tier, 'plain'), ' ', badge(band)))));
}

function actions({ summary: { id, endpoint }, body }: JourneyPage): HTMLElement | false {
  if (endpoint === undefined) return false;
  const jump = async (answer: Promise<{ requestId: string }>): Promise<void> => {
    location.hash = `#/request/${(await answer).requestId}`;
  };
  return h('div', { class: 'actions' },
    button('Replay', () => jump(api.replay(id, 'valid')), { title: 'Send the body again, signed anew' }),
    button('Replay byte for byte', () => jump(api.replay(id, 'kept')), { title: 'Send it again with the old signature' }),
    button('Edit and resend', () => {
      sessionStorage.setItem('draft', JSON.stringify({ endpoint, body }));
      location.hash = '#/compose';
    }),
    button('Copy as curl', async () => copy((await api.curl({ endpoint, body, signing: 'valid' })).command, 'Command')));
}

function lane(stage: Stage, start: number, open: ReadonlySet<string | undefined>, isFirst: boolean): HTMLElement {
  const { id, title, state, at, sentence, facts = [], groups = [], texts = [], link } = stage;
  const after = at ? Math.max(0, Date.parse(at) - start) : undefined;
  return h('section', { 'class': `lane ${state}`, 'id': `stage-${id}`, 'aria-labelledby': `title-${id}` },
    h('div', { class: 'head' },
      h('span', { 'class': 'mark', 'aria-hidden': 'true' }, SIGN[state]),
      h('h2', { id: `title-${id}` }, title),
      h('p', {}, sentence, link && [' · ', h('a', { href: `#/request/${link.id}` }, link.label)]),
      after !== undefined && !Number.isNaN(after) && h('span', { class: 'quiet' }, after < 60_000 ? `+${after} ms` : at)),
    (facts.length > 0 || groups.length > 0 || texts.length > 0) && h('div', { class: 'inside' },
      groups.map((group) => checkGroup(group, `${id} ${group.title}`, open)),
      facts.length > 0 && h('dl', { class: 'facts' }, facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
      texts.map(({ title: name, text }, index) => {
        const key = `${id} ${index}`;
        return h('details', { 'data-key': key, 'open': open.has(key) || (name === 'Body' && isFirst) }, h('summary', {}, name), scroller(name, h('pre', {}, text)));
      })));
}

/** A rule that is not meant for an event says why in a line; its fields can be opened. */
function checkGroup(group: CheckGroup, key: string, open: ReadonlySet<string | undefined>): HTMLElement {
  if (group.verdict !== 'not matched') return checkTable(group);
  const why = group.checks.filter(({ passed }) => !passed).map(({ subject, expected, actual }) => `${subject} is ${actual}, not ${expected}`).join('; ');
  return h('details', { 'data-key': key, 'open': open.has(key) }, h('summary', {}, group.title, ' ', badge(group.verdict, 'off'), h('span', { class: 'quiet' }, ` ${why}`)), checkTable(group, true));
}

function checkTable({ title, verdict, passed, checks }: CheckGroup, isTitled = false): HTMLElement {
  return h('table', { class: 'checks' },
    h('caption', { class: isTitled && 'hidden' }, title, ' ', badge(verdict, passed ? 'good' : 'off')),
    checks.length > 0 && h('thead', {}, h('tr', {}, ['', 'What', 'Expected', 'Actual'].map((name) => h('th', { scope: 'col' }, name || h('span', { class: 'hidden' }, 'Holds'))))),
    h('tbody', {}, checks.map((check) => h('tr', { class: check.passed ? 'good' : 'off' },
      h('td', {}, h('span', { 'aria-label': check.passed ? 'yes' : 'no', 'role': 'img' }, check.passed ? '✓' : '✕')),
      h('th', { scope: 'row' }, check.subject), h('td', {}, check.expected), h('td', {}, check.actual)))));
}
