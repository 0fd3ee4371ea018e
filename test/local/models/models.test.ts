import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Resource } from '../../../local/kernel/resource';
import { Models, modelsIn } from '../../../local/models/models';

const clock = new VirtualClock();
const journal = new Journal(clock);
const models = (endpoint?: string) => new Models({ clock, journal, endpoint });
const request = (path: string, body = '{"amount":"1"}') => ({ method: 'POST', path, query: new URLSearchParams(), headers: {}, body: Buffer.from(body) });
const FUNCTION = `/2015-03-31/functions/${encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:scorer')}/invocations`;

test('without a server a model is answered for with what to do, and the journal says so', async () => {
  const answer = await models().handle(request('/endpoints/fraud-v3/invocations'));
  expect([answer.status, answer.body]).toEqual([503, expect.stringContaining('fraud-v3 does not run here: start the local runner with --model-endpoint URL')]);
  expect(journal.entries().at(-1)).toMatchObject({ service: 'sagemaker', type: 'ModelAsked', data: { model: 'fraud-v3', status: 503 } });
});

test('only functions that cannot run here are stood in for', async () => {
  const all = models();
  expect(await all.invoke(request(FUNCTION))).toBeUndefined();
  all.standInFor('scorer');
  expect(await all.invoke(request(FUNCTION))).toMatchObject({ status: 503 });
});

test('a server gets the question as it is, and its answer goes back as it is', async () => {
  const server = createServer((asked, response) => {
    response.statusCode = 418;
    asked.pipe(response);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await models(url).handle(request('/endpoints/m/invocations', '{"amount":"12.50"}'))).toMatchObject({ status: 418, body: '{"amount":"12.50"}' });
  await new Promise((resolve) => { server.close(resolve); });
  expect(await models(url).handle(request('/endpoints/m/invocations'))).toMatchObject({ status: 502, body: expect.stringContaining('did not answer') });
});

test.each(['http://models.example.com/', 'http://127.0.0.1.example.com', 'file:///etc'])('nothing outside of this machine is asked: %s', (endpoint) => {
  expect(() => models(endpoint)).toThrow('--model-endpoint is');
});

test('the models of an app are read from its fraud detectors', () => {
  const detector = (model?: object) => {
    const Variables = { FRAUD_DETECTION: JSON.stringify({ rules: [], model }) };
    return { properties: { Environment: { Variables } } } as unknown as Resource;
  };
  expect(modelsIn([detector(), detector({ kind: 'function', target: 'arn:aws:lambda:r:0:function:scorer' }), detector({ kind: 'sagemaker', target: 'v3' })]))
    .toEqual([{ kind: 'function', name: 'scorer' }, { kind: 'sagemaker', name: 'v3' }]);
});
