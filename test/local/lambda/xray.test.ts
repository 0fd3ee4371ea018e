import { createSocket } from 'node:dgram';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { XRayDaemon } from '../../../local/lambda/xray';

const TRACE = '1-00000001-000000000000000000000001';

test('segments are collected by trace, the latest of one id only, and bad ones are recorded', async () => {
  const journal = new Journal(new VirtualClock());
  const daemon = new XRayDaemon(journal);
  const [host, port] = (await daemon.start()).split(':');
  const client = createSocket('udp4');
  const send = async (text: string) => {
    const recorded = new Promise<void>((resolve) => {
      const unsubscribe = journal.subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
    client.send(text, Number(port), host);
    await recorded;
  };
  const segment = (fields: object) => `{"format":"json","version":1}\n${JSON.stringify({ trace_id: TRACE, name: 'relay', ...fields })}`;
  await send(segment({ id: 'b', start_time: 2, in_progress: true }));
  await send(segment({ id: 'a', start_time: 1 }));
  await send(segment({ id: 'b', start_time: 2, end_time: 3 }));
  await send('{"format":"json","version":1}\n{"id":"c"}');
  client.close();
  daemon.stop();
  expect(daemon.segments(TRACE).map(({ id, end_time: end }) => [id, end])).toEqual([['a', undefined], ['b', 3]]);
  expect(daemon.segments('1-0-0')).toEqual([]);
  expect(journal.entries().map(({ type, traceId }) => [type, traceId])).toEqual([
    ['SegmentReceived', TRACE], ['SegmentReceived', TRACE], ['SegmentReceived', TRACE], ['SegmentRefused', undefined],
  ]);
});
