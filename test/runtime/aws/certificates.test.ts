import { createServer, IncomingMessage, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { cachedCertificates } from '../../../runtime/aws/certificates';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const HOUR = 3_600_000;

let server: Server;
let origin: string;
let seen: IncomingMessage[];
let answer: RequestListener;
let clock: number;

beforeAll(async () => {
  server = createServer((incoming, response) => {
    seen.push(incoming);
    answer(incoming, response);
  });
  await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening); });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  seen = [];
  answer = (_, response) => response.end(PEM);
  clock = 0;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => { server.close(closed); });
});

/** With the real fetch. */
const source = () => cachedCertificates(undefined, () => clock);
const paths = () => seen.map(({ url }) => url);

describe('over a real connection', () => {
  test('a chain is fetched with GET, without credentials or cookies', async () => {
    answer = (_, response) => response.setHeader('set-cookie', 'session=1').end(PEM);
    const certificates = source();
    expect(await certificates(`${origin}/a`)).toBe(PEM);
    await certificates(`${origin}/b`);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
    for (const { headers } of seen) {
      expect(headers).not.toHaveProperty('cookie');
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, wherever it leads', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: `${origin}/elsewhere` }).end();
    await expect(source()(`${origin}/a`)).rejects.toThrow();
    expect(paths()).toEqual(['/a']);
  });

  test.each([400, 404, 410])('status %i says that the sender named no certificate', async (status) => {
    answer = (_, response) => response.writeHead(status).end(PEM);
    await expect(source()(`${origin}/a`)).rejects.toMatchObject({ name: 'Rejection', reason: 'unknown_key' });
  });

  test.each([401, 403, 429, 500, 503])('status %i is a failure, and asked again next time', async (status) => {
    const certificates = source();
    answer = (_, response) => response.writeHead(status).end(PEM);
    await expect(certificates(`${origin}/a`)).rejects.toThrow(`status ${status}`);
    answer = (_, response) => response.end(PEM);
    expect(await certificates(`${origin}/a`)).toBe(PEM);
  });

  test('a connection that breaks off in the middle is a failure', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(PEM.slice(0, 10), () => response.destroy());
    };
    await expect(source()(`${origin}/a`)).rejects.toThrow();
  });

  test('nobody at home is a failure', async () => {
    await expect(source()('http://127.0.0.1:1/a')).rejects.toThrow();
  });
});

describe('size', () => {
  const LIMIT = 64 * 1024;

  test('the limit itself is allowed, one byte more is not', async () => {
    answer = (_, response) => response.end(PEM.padEnd(LIMIT));
    expect(await source()(`${origin}/a`)).toHaveLength(LIMIT);
    answer = (_, response) => response.end(PEM.padEnd(LIMIT + 1));
    await expect(source()(`${origin}/a`)).rejects.toThrow(`more than ${LIMIT} bytes`);
  });

  test('it is counted, not believed, and after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(LIMIT);
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(bomb.length) }).end(bomb);
    await expect(source()(`${origin}/a`)).rejects.toThrow(`more than ${LIMIT} bytes`);
  });

  test('an endless answer is hung up on', async () => {
    let hungUp: (value: unknown) => void;
    const ended = new Promise((resolve) => { hungUp = resolve; });
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(16 * 1024)), 1);
      response.on('close', () => {
        clearInterval(timer);
        hungUp(true);
      });
    };
    await expect(source()(`${origin}/a`)).rejects.toThrow(/more than/);
    expect(await ended).toBe(true);
  });
});

describe('time', () => {
  let timeout: jest.SpyInstance;

  beforeEach(() => {
    const real = AbortSignal.timeout.bind(AbortSignal);
    timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => real(milliseconds / 30));
  });
  afterEach(() => timeout.mockRestore());

  test('three seconds are allowed', async () => {
    await source()(`${origin}/a`);
    expect(timeout).toHaveBeenCalledWith(3000);
  });

  test('no answer in time is a failure', async () => {
    answer = () => undefined;
    await expect(source()(`${origin}/a`)).rejects.toThrow(/aborted due to timeout/);
  });

  test('nor does it help to send a byte now and then', async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    await expect(source()(`${origin}/a`)).rejects.toThrow(/aborted due to timeout/);
  });
});

describe('the cache', () => {
  test('keeps a chain for six hours, by its whole address', async () => {
    const certificates = source();
    await certificates(`${origin}/a`);
    clock += 6 * HOUR - 1;
    await certificates(`${origin}/a`);
    await certificates(`${origin}/A`);
    expect(paths()).toEqual(['/a', '/A']);
    clock += 1;
    await certificates(`${origin}/a`);
    expect(paths()).toEqual(['/a', '/A', '/a']);
  });

  test('brings a changed chain after that', async () => {
    const certificates = source();
    await certificates(`${origin}/a`);
    answer = (_, response) => response.end(PEM.replace('AAAA', 'BBBB'));
    expect(await certificates(`${origin}/a`)).toBe(PEM);
    clock += 6 * HOUR;
    expect(await certificates(`${origin}/a`)).toContain('BBBB');
  });

  test('holds twenty chains and forgets the oldest', async () => {
    const certificates = source();
    for (let index = 0; index <= 20; index += 1) await certificates(`${origin}/${index}`);
    seen = [];
    for (let index = 1; index <= 20; index += 1) await certificates(`${origin}/${index}`);
    expect(paths()).toEqual([]);
    await certificates(`${origin}/0`);
    expect(paths()).toEqual(['/0']);
  });

  test('does not keep what is no certificate', async () => {
    const certificates = source();
    answer = (_, response) => response.end('<html>Please try later</html>');
    await expect(certificates(`${origin}/a`)).rejects.toThrow('something else');
    answer = (_, response) => response.end(PEM);
    expect(await certificates(`${origin}/a`)).toBe(PEM);
  });

  test('serves the old chain during an outage, but not when it was withdrawn', async () => {
    const certificates = source();
    await certificates(`${origin}/a`);
    clock += 7 * HOUR;
    answer = (_, response) => response.writeHead(503).end();
    expect(await certificates(`${origin}/a`)).toBe(PEM);
    answer = (_, response) => response.writeHead(404).end();
    await expect(certificates(`${origin}/a`)).rejects.toMatchObject({ reason: 'unknown_key' });
  });

  test('evicts nobody when a chain is fetched again', async () => {
    const certificates = source();
    for (let index = 0; index < 20; index += 1) await certificates(`${origin}/${index}`);
    clock += 7 * HOUR;
    for (let index = 0; index < 20; index += 1) await certificates(`${origin}/${19 - index}`);
    seen = [];
    for (let index = 0; index < 20; index += 1) await certificates(`${origin}/${index}`);
    expect(paths()).toEqual([]);
  });

  test('is not filled by failures', async () => {
    const certificates = source();
    await certificates(`${origin}/good`);
    answer = (_, response) => response.writeHead(404).end();
    for (let index = 0; index < 30; index += 1) await expect(certificates(`${origin}/${index}`)).rejects.toThrow('no certificate at the address');
    seen = [];
    await certificates(`${origin}/good`);
    expect(paths()).toEqual([]);
  });
});
