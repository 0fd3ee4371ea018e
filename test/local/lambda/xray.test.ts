import { createSocket } from 'node:dgram';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Segment, XRayDaemon } from '../../../local/lambda/xray';

const TRACE = '1-00000001-000000000000000000000001';

test('segments are recorded under their trace, and so are bad ones', async () => {
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
  await send(segment({ id: 'b', start_time: 2, end_time: 3 }));
  await send('{"format":"json","version":1}\n{"id":"c"}');
  client.close();
  daemon.stop();
  const end = (data: Record<string, unknown>) => (data.segment as Segment | undefined)?.end_time;
  expect(journal.entries().map(({ service, type, traceId, data }) => [service, type, traceId, end(data)])).toEqual([
    ['xray', 'SegmentReceived', TRACE, undefined],
    ['xray', 'SegmentReceived', TRACE, 3],
    ['xray', 'SegmentRefused', undefined, undefined],
  ]);
});
