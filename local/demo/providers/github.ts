import { randomUUID } from 'node:crypto';
import { DemoProvider, hmac, isoSeconds, sha256, signedJson } from './provider';

/**
 * A push: authentic, and no money in it. It names no transaction either, so the endpoint keeps it under
 * the digest of its body.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: DemoProvider = {
  kind: 'github',

  write({ id, metadata }, now) {
    const commit = sha256(id).slice(0, 40);
    const body = JSON.stringify({
      ref: 'refs/heads/main',
      before: '0'.repeat(40),
      after: commit,
      repository: { id: 1_296_269, name: 'shop', full_name: 'example/shop', private: true },
      pusher: { name: 'example', email: 'example@example.com' },
      sender: { login: 'example', id: 1, type: 'User' },
      created: false,
      deleted: false,
      forced: false,
      commits: [{ id: commit, message: `Order ${metadata.order_id}`, timestamp: isoSeconds(now), distinct: true, added: [], removed: [], modified: ['README.md'] }],
    });
    return { transactionId: `sha256:${sha256(body)}`, body };
  },

  sign(body, secret) {
    return signedJson(body, {
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${hmac('sha256', secret, body).toString('hex')}`,
    });
  },
};
