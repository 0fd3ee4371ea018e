import type { Message } from '../../local/console/model';
import { api } from '../api';
import { badge, button, h, time } from '../dom';
import type { Context } from '../page';

const MOST = 100;

/** Mail and text messages, as their readers have them. */
export async function inboxView(_: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'inbox' });
  const draw = async (): Promise<void> => {
    const messages = await api.inbox();
    place.replaceChildren(
      h('div', { class: 'title' }, h('h1', {}, 'Inbox'), h('span', { class: 'quiet' }, `${messages.length} messages`), h('span', { class: 'grow' }), button('Refresh', draw)),
      messages.length === 0 ? h('p', { class: 'empty' }, 'Nobody has been alerted yet. A payment above the high limit, or at high risk, alerts people.') : h('div', {}),
      ...messages.slice(0, MOST).map(messageCard));
  };
  await draw();
  return place;
}

function messageCard({ at, protocol, to, subject, body, request }: Message): HTMLElement {
  return h('article', { class: `message ${protocol}` },
    h('div', { class: 'title' }, badge(protocol, 'plain'), h('strong', {}, subject ?? (protocol === 'sms' ? 'Text message' : 'No subject')), h('span', { class: 'quiet' }, `to ${to}`), h('span', { class: 'grow' }), time(at)),
    h('p', { class: 'text' }, body),
    request !== undefined && h('p', {}, h('a', { href: `#/request/${request}` }, 'Its webhook')));
}
