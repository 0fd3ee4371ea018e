import { Invocation } from '../../../local/kernel/targets';
import { ServiceError } from '../../../local/kernel/wire';
import { TestHost } from './host';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failed';
const MINUTE = 60_000;
let host: TestHost;
let delivered: Invocation[];

/** Waits for real processes, which no clock can hurry. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((next) => setTimeout(next, 5));
}

beforeEach(() => {
  host = new TestHost();
  delivered = [];
  host.targets.register('sqs', async (_, invocation) => void delivered.push(invocation));
  host.add('fails', 'export const handler = async () => { throw new Error("always"); };');
  host.add('works', 'export const handler = async (event) => event;');
});

afterEach(() => host.stop());

test('an event is retried after one and two minutes, then its record goes to the failure destination', async () => {
  host.functions.configureAsync('fails', { onFailure: QUEUE });
  const { statusCode, payload, requestId } = await host.functions.invoke('fails', '{"id":1}', { type: 'Event' });
  expect({ statusCode, payload }).toEqual({ statusCode: 202, payload: '' });
  await until(() => host.values('Errors', 'fails').length === 1);
  await host.clock.advance(MINUTE - 1);
  expect(host.functions.pending()).toBe(1);
  await host.clock.advance(1);
  await until(() => host.values('Errors', 'fails').length === 2);
  await host.clock.advance(2 * MINUTE);
  await until(() => host.functions.pending() === 0);
  expect(host.events('Invoked').map(({ data }) => data.requestId)).toEqual([requestId, requestId, requestId]);
  expect(JSON.parse(delivered[0].payload)).toMatchObject({
    version: '1.0',
    requestContext: { requestId, condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { id: 1 },
    responseContext: { statusCode: 200, functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'always' },
  });
  expect(host.values('AsyncEventsDropped', 'fails')).toEqual([1]);
});

test('retries and age are limited by the configuration', async () => {
  host.functions.configureAsync('fails', { maximumRetryAttempts: 0, onFailure: QUEUE });
  await host.functions.deliver('arn:aws:lambda:us-east-1:000000000000:function:fails', { payload: '{}' });
  await until(() => host.functions.pending() === 0);
  expect(JSON.parse(delivered[0].payload).requestContext).toMatchObject({ condition: 'RetriesExhausted', approximateInvokeCount: 1 });

  host.functions.configureAsync('fails', { maximumEventAgeSeconds: 60, onFailure: QUEUE });
  await host.functions.invoke('fails', '{}', { type: 'Event' });
  await until(() => host.values('Errors', 'fails').length === 2);
  await host.clock.advance(MINUTE);
  await until(() => host.functions.pending() === 0);
  expect(JSON.parse(delivered[1].payload).requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 1 });
});

test('a throttled event waits without using up its retries', async () => {
  let throttles = 3;
  host.functions.beforeInvoke = () => {
    if (throttles-- > 0) throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
  };
  host.functions.configureAsync('works', { onSuccess: QUEUE });
  await host.functions.invoke('works', '{"id":2}', { type: 'Event' });
  await host.clock.advance(1000 + 2000 + 4000);
  await until(() => host.functions.pending() === 0);
  expect(host.values('Throttles', 'works')).toEqual([1, 1, 1]);
  expect(JSON.parse(delivered[0].payload)).toMatchObject({
    requestContext: { condition: 'Success', approximateInvokeCount: 1 }, responsePayload: { id: 2 },
  });
});

test('a destination that fails is counted and recorded with what it would have received', async () => {
  host.targets.register('sqs', async () => { throw new Error('queue is gone'); });
  host.functions.configureAsync('works', { onSuccess: QUEUE });
  await host.functions.invoke('works', '{}', { type: 'Event' });
  await until(() => host.functions.pending() === 0);
  expect(host.values('DestinationDeliveryFailures', 'works')).toEqual([1]);
  expect(host.events('DestinationFailed')[0].data).toMatchObject({ destination: QUEUE, reason: 'Error: queue is gone', payload: '{}' });
});
