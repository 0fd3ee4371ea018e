import type { Pulse, StartPage, Summary } from '../local/console/model';
import { api, listen } from './api';
import { h } from './dom';
import { archiveView } from './views/archive';
import { composeView } from './views/compose';
import { dashboardView } from './views/dashboard';
import { deadLettersView } from './views/dead-letters';
import { inboxView } from './views/inbox';
import { journeyView } from './views/journey';
import { liveView } from './views/live';
import { mapView } from './views/map';
import { scenariosView } from './views/scenarios';

/** What a view is given, and what it may listen to while it is shown. */
export interface Context {
  readonly start: StartPage;
  readonly argument: string;
  /** Which rows to hear of; none without it. */
  listenTo(query: URLSearchParams): void;
  onRows(listener: (rows: readonly Summary[]) => void): void;
  onPulse(listener: (pulse: Pulse) => void): void;
}

type View = (context: Context) => HTMLElement | Promise<HTMLElement>;

const VIEWS: Readonly<Record<string, readonly [string, View]>> = {
  'live': ['Live', liveView],
  'compose': ['Compose', composeView],
  'scenarios': ['Scenarios', scenariosView],
  'map': ['Map', mapView],
  'dashboard': ['Dashboard', dashboardView],
  'dead-letters': ['Dead letters', deadLettersView],
  'inbox': ['Inbox', inboxView],
  'archive': ['Archive', archiveView],
};

const OTHERS: Readonly<Record<string, readonly [string, View]>> = { request: ['Journey', journeyView] };

const liveness = h('p', { class: 'liveness lost', role: 'status' }, h('span', { 'class': 'dot', 'aria-hidden': 'true' }), h('span', { class: 'words' }, 'Connecting'));
const words = liveness.querySelector('.words')!;
let stopListening = () => {};
let shown = 0;

function showLiveness(isLive: boolean, text: string): void {
  const name = isLive ? 'liveness' : 'liveness lost';
  if (liveness.className !== name) liveness.className = name;
  if (words.textContent !== text) words.textContent = text;
}

function pulseText({ received, pending, faults }: Pulse): string {
  return `Live · ${received} received · ${pending} under way${faults > 0 ? ` · ${faults} ${faults === 1 ? 'fault' : 'faults'} on` : ''}`;
}

function header(): void {
  document.getElementById('header')!.replaceChildren(
    h('div', { class: 'bar' }, h('strong', { class: 'brand' }, 'Webhook console'), liveness),
    h('nav', { 'aria-label': 'Pages' }, Object.entries(VIEWS).map(([name, [label]]) => h('a', { 'href': `#/${name}`, 'data-view': name }, label))),
  );
}

async function show(start: StartPage): Promise<void> {
  const turn = ++shown;
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  const [label, view] = { ...VIEWS, ...OTHERS }[name] ?? VIEWS.live;
  document.title = `${label} · Webhook console`;
  for (const link of document.querySelectorAll('nav a')) {
    const isCurrent = link.getAttribute('data-view') === (name in VIEWS ? name : 'live');
    if (isCurrent) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    } else {link.removeAttribute('aria-current');}
  }
  const rows: ((changed: readonly Summary[]) => void)[] = [];
  const pulses: ((pulse: Pulse) => void)[] = [];
  const listenTo = (query: URLSearchParams) => {
    if (turn !== shown) return;
    stopListening();
    stopListening = listen(query, {
      rows: (changed) => rows.forEach((listener) => listener(changed)),
      pulse: (pulse) => {
        showLiveness(true, pulseText(pulse));
        pulses.forEach((listener) => listener(pulse));
      },
      lost: () => showLiveness(false, 'No contact with the runner'),
    });
  };
  listenTo(new URLSearchParams({ rows: 'none' }));
  const main = document.getElementById('main')!;
  try {
    const content = await view({ start, argument: decodeURIComponent(rest.join('/')), listenTo, onRows: (listener) => rows.push(listener), onPulse: (listener) => pulses.push(listener) });
    if (turn !== shown) return;
    main.replaceChildren(content);
    main.dataset.view = name;
  } catch (error) {
    if (turn === shown) main.replaceChildren(h('p', { class: 'problem', role: 'alert' }, (error as Error).message));
  }
  if (turn > 1) main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

header();
void api.start().then(async (start) => {
  window.addEventListener('hashchange', () => void show(start));
  await show(start);
}, (error: Error) => {
  document.getElementById('main')!.replaceChildren(h('p', { class: 'problem', role: 'alert' }, error.message));
});
