import { cachedCertificates, Fetch } from '../../../runtime/aws/certificates';

const PEM = '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n';

function world(answer: () => Response = () => new Response(PEM)) {
  const asked: { url: string; redirect: string; signal: AbortSignal }[] = [];
  const clock = { now: 0 };
  const get: Fetch = async (url, init) => {
    asked.push({ url, ...init });
    return answer();
  };
  return { asked, clock, certificates: cachedCertificates(get, () => clock.now) };
}

test('a certificate is fetched once for many webhooks, and again when it may have changed', async () => {
  const { asked, clock, certificates } = world();
  expect([await certificates('https://a'), await certificates('https://a')]).toEqual([PEM, PEM]);
  expect(asked).toHaveLength(1);
  clock.now += 7 * 3_600_000;
  await certificates('https://a');
  expect(asked).toHaveLength(2);
});

test('no redirect is followed, and time is limited', async () => {
  const { asked, certificates } = world();
  await certificates('https://a');
  expect(asked).toEqual([{ url: 'https://a', redirect: 'error', signal: expect.any(AbortSignal) }]);
});

test.each([500, 503, 302])('status %i is a failure, and is not kept', async (status) => {
  const { asked, certificates } = world(() => new Response('no', { status }));
  await expect(certificates('https://a')).rejects.toThrow(`status ${status}`);
  await expect(certificates('https://a')).rejects.toThrow(`status ${status}`);
  expect(asked).toHaveLength(2);
});

test('an endless answer is cut off', async () => {
  const chunk = new Uint8Array(16 * 1024);
  let sent = 0;
  const endless = new ReadableStream({ pull: (controller) => { sent += 1; controller.enqueue(chunk); } });
  const { certificates } = world(() => new Response(endless));
  await expect(certificates('https://a')).rejects.toThrow(/more than 65536 bytes/);
  expect(sent).toBeLessThan(10);
});

test('many addresses do not fill the memory', async () => {
  const { asked, certificates } = world();
  for (let index = 0; index < 100; index += 1) await certificates(`https://${index}`);
  await certificates('https://99');
  await certificates('https://0');
  expect(asked).toHaveLength(101);
});
