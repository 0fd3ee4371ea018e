import type { Trail } from './journey';
import { Stage } from './model';

/** Alerts as their readers have them. */
export function alertStage({ runner, hops, rows: [row] }: Trail): Stage {
  const about = { id: 'alerts', title: 'Alerts' };
  const ids = new Set(hops.filter(({ service, type }) => service === 'sns' && type === 'MessagePublished').map(({ data }) => data.messageId));
  const mails = runner.services.topics.mailbox().filter(({ messageId }) => ids.has(messageId));
  const failed = hops.some(({ service, type }) => service === 'sns' && type === 'NotificationFailed');
  const folded = row?.members.alert_folded_at === undefined ? '' : '; the alert of high risk was folded into an earlier one of the same cause';
  if (mails.length === 0) {
    return { ...about, state: failed ? 'failed' : 'skipped', sentence: failed ? 'An alert could not be delivered' : `Nobody was alerted${folded}` };
  }
  return {
    ...about,
    state: failed ? 'failed' : 'done',
    at: mails[0].at,
    sentence: `${mails.length} sent: ${[...new Set(mails.map(({ protocol }) => protocol))].join(', ')}${folded}`,
    texts: mails.map(({ protocol, endpoint, subject, body }) => ({ title: `${protocol} to ${endpoint}${subject ? `: ${subject}` : ''}`, text: body })),
  };
}
