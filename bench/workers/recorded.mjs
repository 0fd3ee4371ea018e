// A recorded run in a process of its own; bundled with the local runner, which it brings along.
import { serveOrders } from '../lib/processes.mjs';
import { record } from '../lib/recording.ts';
import { bodyOf, signatureHeaders } from '../lib/webhooks.mjs';

function sign(id, cents, secret) {
  const body = bodyOf(`txn_${id}`, cents);
  return { body, headers: signatureHeaders(`msg_${id}`, body, secret) };
}

void serveOrders(() => record({ app: process.env.APP, webhooks: Number(process.env.WEBHOOKS), sign }));
