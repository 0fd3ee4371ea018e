import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Faults, readFault } from '../../../local/simulate/faults';

const clock = new VirtualClock();
const faults = () => new Faults(clock, new Journal(clock));

test('a fault meets as many calls as it was told to, and only those it names', async () => {
  const all = faults();
  all.add({ service: 'dynamodb', target: 'PutItem', effect: 'throttle', times: 2 });
  await all.before('dynamodb', 'GetItem');
  for (let call = 0; call < 2; call += 1) await expect(all.before('dynamodb', 'PutItem')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException', status: 400 });
  await expect(all.before('dynamodb', 'PutItem')).resolves.toBeUndefined();
  expect(all.all()).toEqual([]);
});

test('a slow service answers after its delay on the clock', async () => {
  const all = faults();
  all.add({ service: 'sns', effect: 'slow', delayMs: 5_000 });
  let answered = false;
  const call = all.before('sns', 'Publish').then(() => { answered = true; });
  await clock.advance(4_999);
  expect(answered).toBe(false);
  await clock.advance(1);
  await call;
  expect(answered).toBe(true);
});

test('an ended fault meets nothing', async () => {
  const all = faults();
  const { id } = all.add({ service: 'lambda', effect: 'crash' });
  expect(await all.before('lambda', 'f')).toBe('crash');
  all.end(id);
  expect(await all.before('lambda', 'f')).toBeUndefined();
});

test.each([
  [{ service: 'ec2', effect: 'fail' }, 'service is "ec2": use one of dynamodb'],
  [{ service: 'sns', effect: 'explode' }, 'effect is "explode": use one of throttle'],
  [{ service: 'lambda', effect: 'fail', target: 'g' }, 'target is "g": use one of f'],
  [{ service: 'sns', effect: 'fail', times: 0 }, 'times is 0: use a whole number from 1'],
])('%j is refused', (fault, message) => {
  expect(() => readFault(fault, ['f'])).toThrow(message);
});
