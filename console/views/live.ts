import type { Summary } from '../../local/console/model';
import { api } from '../api';
import { badge, button, field, h, select, time, toast } from '../dom';
import type { Context } from '../page';

/** Rows on the page at once: enough to look through, few enough never to be slow. */
const MOST_ROWS = 100;

const ANY = ['', 'any'] as const;
const options = (values: readonly string[]) => [ANY, ...values.map((value) => [value, value.replace(/_/g, ' ')] as const)];

export async function liveView({ start, listenTo, onRows }: Context): Promise<HTMLElement> {
  const form = filterForm(start.endpoints.map(({ name }) => name));
  const body = h('tbody', {});
  const found = h('span', { 'class': 'quiet', 'aria-live': 'polite' });
  const empty = h('p', { class: 'empty' }, 'Nothing here yet. Send a webhook, and it appears while it is on its way.');
  const rows = new Map<string, HTMLTableRowElement>();
  let paused = false;
  let oldest = 0;
  let newest = 0;

  const put = (summary: Summary, place: 'top' | 'bottom'): void => {
    const row = rowOf(summary);
    const old = rows.get(summary.id);
    rows.set(summary.id, row);
    if (old) old.replaceWith(row);
    else if (place === 'top') body.prepend(row);
    else body.append(row);
  };
  const trim = (): void => {
    while (rows.size > MOST_ROWS && body.lastElementChild) {
      rows.delete((body.lastElementChild as HTMLElement).dataset.id!);
      body.lastElementChild.remove();
    }
  };
  const older = button('Show older', async () => {
    const page = await api.requests(withBefore(queryOf(form), oldest));
    for (const summary of page.rows) put(summary, 'bottom');
    oldest = page.rows.at(-1)?.number ?? oldest;
    older.hidden = page.rows.length < MOST_ROWS;
  });
  const load = async (): Promise<void> => {
    const query = queryOf(form);
    listenTo(query);
    const page = await api.requests(query);
    rows.clear();
    body.replaceChildren();
    for (const summary of page.rows) put(summary, 'bottom');
    oldest = page.rows.at(-1)?.number ?? 0;
    newest = page.rows[0]?.number ?? 0;
    found.textContent = query.size > 0 ? `${page.total} found` : '';
    older.hidden = page.rows.length < MOST_ROWS;
    empty.hidden = page.total > 0;
  };
  onRows((changed) => {
    if (paused) return;
    for (const summary of changed) {
      // An older one that is not on the page stays off it.
      if (!rows.has(summary.id) && summary.number <= newest) continue;
      put(summary, 'top');
      newest = Math.max(newest, summary.number);
    }
    empty.hidden = rows.size > 0;
    trim();
    older.hidden = rows.size < MOST_ROWS;
    oldest = Number((body.lastElementChild as HTMLElement | null)?.dataset.number ?? 0);
  });
  const pause = button('Pause', async () => {
    paused = !paused;
    pause.textContent = paused ? 'Resume' : 'Pause';
    pause.setAttribute('aria-pressed', String(paused));
    if (!paused) await load();
  }, { 'aria-pressed': 'false' });

  form.addEventListener('input', debounced(() => void load()));
  form.addEventListener('submit', (event) => event.preventDefault());
  await load();
  return h('div', { class: 'live' },
    h('div', { class: 'title' }, h('h1', {}, 'Live'), found, h('span', { class: 'grow' }), sendButton(start.endpoints[0].name), demoButton(), pause),
    form,
    empty,
    h('table', { class: 'requests' },
      h('caption', { class: 'hidden' }, 'Webhooks, newest first'),
      h('thead', {}, h('tr', {}, ['Time', 'Webhook', 'Amount', 'Outcome', 'Tier', 'Risk', 'Answer'].map((name) => h('th', { scope: 'col' }, name)))),
      body),
    older);
}

/** The one button a newcomer needs: sends a payment and opens its journey. */
function sendButton(endpoint: string): HTMLButtonElement {
  let index = 2;
  return button('Send a webhook', async () => {
    const { body } = await api.sample(endpoint, index++);
    const { requestId } = await api.send({ endpoint, body, signing: 'valid' });
    location.hash = `#/request/${requestId}`;
  }, { class: 'primary' });
}

/** Ten of every provider, as `start --demo 10` sends them. */
function demoButton(): HTMLButtonElement {
  return button('Send 10 of each provider', async () => {
    const { passed, endpoints } = await api.demo();
    const count = endpoints.reduce((sum, { sent }) => sum + sent, 0);
    toast(passed ? `${count} sent, and all went as their amounts say` : `${count} sent; not all went as their amounts say`, !passed);
  });
}

function filterForm(endpoints: readonly string[]): HTMLFormElement {
  const text = (name: string, placeholder = '') => h('input', { name, placeholder, autocomplete: 'off', type: name === 'text' ? 'search' : 'text', inputmode: name === 'text' ? 'search' : 'decimal' });
  return h('form', { class: 'filters', role: 'search' },
    field('Search payloads', text('text', 'id, customer, any text'), 'wide'),
    field('Provider', select(options(endpoints), { name: 'endpoint' })),
    field('Outcome', select(options(['stored', 'duplicate', 'conflict', 'rejected', 'unavailable', 'accepted']), { name: 'outcome' })),
    field('Tier', select(options(['low', 'medium', 'high']), { name: 'tier' })),
    field('Risk', select(options(['low_risk', 'medium_risk', 'high_risk']), { name: 'band' })),
    field('Amount from', text('minAmount', '0')),
    field('to', text('maxAmount', 'any')));
}

function queryOf(form: HTMLFormElement): URLSearchParams {
  const given = [...new FormData(form)].filter(([name, value]) => value !== '' && (!/Amount$/.test(name) || /^\d+(\.\d+)?$/.test(String(value))));
  for (const input of form.querySelectorAll<HTMLInputElement>('input,select')) input.classList.toggle('set', input.value !== '');
  return new URLSearchParams(given as [string, string][]);
}

function withBefore(query: URLSearchParams, before: number): URLSearchParams {
  query.set('before', String(before));
  return query;
}

function rowOf(summary: Summary): HTMLTableRowElement {
  const {
    id, number, at, endpoint, path, transactionId, amount, currency, outcome, reason, tier, band, status, ms, alerts, archived, events,
  } = summary;
  const href = `#/request/${id}`;
  return h('tr', { 'data-id': id, 'data-number': number },
    h('td', { class: 'when' }, time(at)),
    h('td', { class: 'what' }, h('a', { href }, transactionId?.split('#').slice(1).join('#') || `#${number}`), h('span', { class: 'quiet' }, endpoint ?? path)),
    h('td', { class: 'amount' }, amount === undefined ? '' : `${amount} ${currency}`, events !== undefined && h('span', { class: 'quiet' }, `first of ${events} events`)),
    h('td', { class: 'outcome' }, badge(outcome), reason && h('span', { class: 'quiet' }, reason.replace(/_/g, ' '))),
    h('td', { class: 'tier' }, badge(tier, 'plain')),
    h('td', { class: 'band' }, badge(band), alerts > 0 && h('span', { class: 'quiet' }, `${alerts} alerts`), archived && h('span', { class: 'quiet' }, 'archived')),
    h('td', { class: 'answer' }, status === undefined ? '…' : `${status}`, ms !== undefined && h('span', { class: 'quiet' }, ` ${ms} ms`)));
}

function debounced(work: () => void): () => void {
  let timer: number | undefined;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(work, 200);
  };
}
