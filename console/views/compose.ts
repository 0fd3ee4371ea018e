import { api, Draft } from '../api';
import { button, copy, field, h, select, toast } from '../dom';
import type { Context } from '../page';

const SIGNING = [
  ['valid', 'Signed as the provider would'],
  ['wrong', 'Signed with a wrong secret'],
  ['none', 'Not signed'],
] as const;

/** Samples of the demo, by what they show. */
const SAMPLES = [
  ['0', 'Small amount'], ['1', 'Medium amount'], ['2', 'Large amount'], ['4', 'Exactly the medium limit'], ['6', 'Just above the high limit'],
  ['7', 'Unknown customer, just below a limit'], ['8', 'High risk: card of another country'],
] as const;

export async function composeView({ start }: Context): Promise<HTMLElement> {
  const draft = takeDraft();
  const endpoint = select(start.endpoints.map(({ name, title }) => [name, `${name} (${title})`] as const), { name: 'endpoint', ...(draft && { value: draft.endpoint }) });
  const sample = select(SAMPLES, { name: 'sample', value: '2' });
  const body = h('textarea', { name: 'body', rows: '16', spellcheck: 'false', autocomplete: 'off' });
  const signing = select(SIGNING, { name: 'signing' });
  const fill = async (): Promise<void> => {
    body.value = (await api.sample(endpoint.value, Number(sample.value))).body;
  };
  const now = (): Draft => ({ endpoint: endpoint.value, body: body.value, signing: signing.value });
  for (const choice of [endpoint, sample]) choice.addEventListener('change', () => void fill().catch((error: Error) => toast(error.message, true)));
  if (draft) body.value = draft.body;
  else await fill();
  return h('div', { class: 'compose' },
    h('div', { class: 'title' }, h('h1', {}, 'Compose')),
    h('p', { class: 'quiet' }, 'The signature is computed when you send: over exactly the bytes below.'),
    h('div', { class: 'filters' }, field('Endpoint', endpoint, 'wide'), field('Sample', sample, 'wide'), field('Signature', signing, 'wide')),
    field('Body', body),
    h('div', { class: 'actions' },
      button('Send', async () => {
        location.hash = `#/request/${(await api.send(now())).requestId}`;
      }, { class: 'primary' }),
      button('Copy as curl', async () => copy((await api.curl(now())).command, 'Command')),
      button('New sample', fill)));
}

function takeDraft(): Pick<Draft, 'endpoint' | 'body'> | undefined {
  const text = sessionStorage.getItem('draft');
  sessionStorage.removeItem('draft');
  return text === null ? undefined : JSON.parse(text) as Draft;
}
