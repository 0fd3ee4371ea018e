import { RunnerClock, VirtualClock } from '../../../local/kernel/clock';

describe('the clock of the runner', () => {
  test('moves forward only, and what became due runs', async () => {
    const clock = new RunnerClock();
    const rang = new Promise<void>((resolve) => clock.at(clock.now() + 3_600_000, resolve));
    const before = clock.now();
    clock.moveTo(before + 3_600_001);
    await rang;
    clock.moveTo(before);
    expect(clock.now()).toBeGreaterThanOrEqual(before + 3_600_000);
    clock.stop();
  });

  test('keeps no timer once it is stopped, whatever is set afterwards', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const clock = new RunnerClock();
    const before = timers();
    clock.at(clock.now() + 60_000, () => undefined);
    expect(timers()).toBe(before + 1);
    clock.stop();
    clock.at(clock.now() + 60_000, () => undefined);
    expect(timers()).toBe(before);
  });
});

describe('sleeping', () => {
  test('ends when the time has come, or with the reason of an abort', async () => {
    const clock = new VirtualClock();
    const aborting = new AbortController();
    const outcomes = Promise.allSettled([clock.sleep(1000), clock.sleep(1000, aborting.signal)]);
    aborting.abort(new Error('enough'));
    await clock.advance(1000);
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});
