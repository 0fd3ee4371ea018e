import { ScheduleDefinition } from '../../../local/events/scheduler';
import { ServiceError } from '../../../local/kernel/wire';
import { EventSystem, FUNCTION, QUEUE } from './system';

const DAY = 86_400_000;

function scheduledRule(system: EventSystem, definition: object = {}): void {
  system.buses.putRule({ Name: 'daily', ScheduleExpression: 'cron(0 2 * * ? *)', ...definition });
  system.buses.putTargets('daily', undefined, [{ Id: '1', Arn: FUNCTION }]);
}

const schedule = (definition: object = {}, target: object = {}): ScheduleDefinition => ({
  Name: 'nightly', ScheduleExpression: 'cron(0 3 * * ? *)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: FUNCTION, ...target }, ...definition,
});

const payloads = (system: EventSystem) => system.received.map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);

describe('scheduled rules', () => {
  test('send the event AWS sends, at the scheduled time', async () => {
    const system = new EventSystem();
    scheduledRule(system);
    await system.clock.advance(2 * DAY);
    expect(system.received.map(({ at }) => new Date(at).toISOString())).toEqual(['2026-01-01T02:00:00.000Z', '2026-01-02T02:00:00.000Z']);
    const arn = 'arn:aws:events:us-east-1:000000000000:rule/daily';
    expect(payloads(system)[0]).toEqual({
      'version': '0',
      'id': expect.any(String),
      'detail-type': 'Scheduled Event',
      'source': 'aws.events',
      'account': '000000000000',
      'time': '2026-01-01T02:00:00Z',
      'region': 'us-east-1',
      'resources': [arn],
      'detail': {},
    });
    expect(system.received[0].sourceArn).toBe(arn);
    expect(system.count('TriggeredRules', { RuleName: 'daily' })).toBe(2);
  });

  test('run at once when asked, as if the time had come', async () => {
    const system = new EventSystem();
    scheduledRule(system);
    system.buses.runNow('daily', Date.UTC(2025, 11, 24, 2));
    await system.clock.advance(0);
    expect(payloads(system)[0].time).toBe('2025-12-24T02:00:00Z');
    expect(system.buses.schedules()).toMatchObject([{ name: 'daily', nextTime: Date.UTC(2026, 0, 1, 2) }]);
  });

  test('a disabled or deleted one stays silent, but can be run by hand while it exists', async () => {
    const system = new EventSystem();
    scheduledRule(system, { State: 'DISABLED' });
    await system.clock.advance(2 * DAY);
    expect(system.received).toEqual([]);
    system.buses.runNow('daily');
    await system.clock.advance(0);
    expect(system.received).toHaveLength(1);
    system.buses.rule('daily').targets.clear();
    system.buses.deleteRule('daily');
    expect(() => system.buses.runNow('daily')).toThrow(/does not exist/);
  });

  test('a change replaces the old times', async () => {
    const system = new EventSystem();
    scheduledRule(system);
    scheduledRule(system, { ScheduleExpression: 'rate(12 hours)' });
    await system.clock.advance(DAY);
    expect(system.received.map(({ at }) => new Date(at).getUTCHours())).toEqual([12, 0]);
  });

  test('only the default bus has them', () => {
    expect(() => scheduledRule(new EventSystem(), { EventBusName: 'payments' })).toThrow(/default event bus/);
  });
});

describe('Scheduler', () => {
  test('fills the context attributes of its input, in its time zone', async () => {
    const system = new EventSystem();
    const Input = '{"at":"<aws.scheduler.scheduled-time>","arn":"<aws.scheduler.schedule-arn>","try":<aws.scheduler.attempt-number>,"run":"<aws.scheduler.execution-id>"}';
    const arn = system.buses.scheduler.putSchedule(schedule({ ScheduleExpressionTimezone: 'Europe/Berlin' }, { Input }));
    let failures = 1;
    system.failure = () => {
      if (failures-- > 0) throw new ServiceError('Throttling', 'slow down');
    };
    await system.clock.advance(DAY);
    expect(arn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly');
    const [first, second] = payloads(system);
    expect(first).toEqual({ at: '2026-01-01T02:00:00Z', arn, try: 1, run: expect.any(String) });
    expect(second).toEqual({ ...first, try: 2 });
  });

  test('sends an event when it has no input', async () => {
    const system = new EventSystem();
    system.buses.scheduler.putSchedule(schedule());
    await system.clock.advance(DAY);
    expect(payloads(system)[0]).toMatchObject({ 'source': 'aws.scheduler', 'detail-type': 'Scheduled Event', 'time': '2026-01-01T03:00:00Z', 'detail': '{}' });
  });

  test('gives up into its dead-letter queue', async () => {
    const system = new EventSystem();
    const target = { Input: '{"a":1}', RetryPolicy: { MaximumRetryAttempts: 1 }, DeadLetterConfig: { Arn: QUEUE } };
    system.buses.scheduler.putSchedule(schedule({}, target));
    system.failure = (arn) => {
      if (arn === FUNCTION) throw new ServiceError('Throttling', 'slow down');
    };
    await system.clock.advance(DAY);
    const letter = system.received.at(-1)!;
    expect(letter).toMatchObject({ arn: QUEUE, payload: '{"a":1}' });
    expect(JSON.parse(letter.parameters!.MessageAttributes)).toMatchObject({
      SCHEDULE_ARN: { StringValue: expect.stringContaining('schedule/default/nightly') },
      SCHEDULED_TIME: { StringValue: '2026-01-01T03:00:00Z' },
      RETRY_ATTEMPTS: { StringValue: '1' },
    });
    expect(system.metrics.get('AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: 'default' })).toHaveLength(2);
    expect(system.buses.pending()).toBe(0);
  });

  test('keeps within StartDate and EndDate, and off while disabled', async () => {
    const system = new EventSystem();
    const { scheduler } = system.buses;
    scheduler.putSchedule(schedule({ StartDate: '2026-01-02T00:00:00Z', EndDate: '2026-01-03T12:00:00Z' }));
    scheduler.putSchedule(schedule({ Name: 'off', State: 'DISABLED' }));
    await system.clock.advance(10 * DAY);
    expect(payloads(system).map(({ time }) => time)).toEqual(['2026-01-02T03:00:00Z', '2026-01-03T03:00:00Z']);
  });

  test.each([
    [schedule({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } }), /MaximumWindowInMinutes/],
    [schedule({ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }), /FLEXIBLE/],
    [schedule({ Colour: 'red' }), /Colour/],
    [schedule({}, { EcsParameters: {} }), /EcsParameters/],
    [schedule({}, { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' }), /universal target/],
    [schedule({ GroupName: 'absent' }), /group absent/],
  ])('refuses what it would ignore: %#', (definition, reason) => {
    expect(() => new EventSystem().buses.scheduler.putSchedule(definition)).toThrow(reason);
  });

  test('a name that a rule shares must be told apart', () => {
    const system = new EventSystem();
    scheduledRule(system);
    const arn = system.buses.scheduler.putSchedule(schedule({ Name: 'daily' }));
    expect(() => system.buses.runNow('daily')).toThrow(/use the ARN/);
    expect(() => system.buses.runNow(arn)).not.toThrow();
  });
});
