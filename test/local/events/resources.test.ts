import { eventResources } from '../../../local/events/resources';
import { Resource } from '../../../local/kernel/resource';
import { EventSystem, FUNCTION } from './system';

async function load(system: EventSystem, type: string, properties: Record<string, unknown>, ref = 'Generated'): Promise<void> {
  const resource: Resource = { logicalId: 'Logical', type, ref, attributes: {}, properties, metadata: {} };
  await eventResources(system.buses)[type](resource);
}

test('a bus, a rule and its archive come to life', async () => {
  const system = new EventSystem();
  await load(system, 'AWS::Events::EventBus', { Name: 'orders', Tags: [] });
  await load(system, 'AWS::Events::Rule', {
    EventBusName: 'orders',
    EventPattern: { source: ['shop'] },
    State: 'ENABLED',
    RoleArn: 'arn:role',
    Targets: [{ Id: 'Target0', Arn: FUNCTION, InputPath: '$.detail', RoleArn: 'arn:role', RetryPolicy: { MaximumRetryAttempts: 3 } }],
  }, 'orders|Generated');
  await load(system, 'AWS::Events::Archive', { SourceArn: system.buses.bus('orders').arn, RetentionDays: 7 });
  await system.put({ EventBusName: 'orders' });
  expect(system.received).toMatchObject([{ arn: FUNCTION, payload: '{"id":"o-1"}', sourceArn: 'arn:aws:events:us-east-1:000000000000:rule/orders/Generated' }]);
  expect(system.buses.archives.get('Generated')!.kept()).toHaveLength(1);
});

test('a schedule in its group comes to life', async () => {
  const system = new EventSystem();
  await load(system, 'AWS::Scheduler::ScheduleGroup', { Name: 'nights' });
  await load(system, 'AWS::Scheduler::Schedule', {
    GroupName: 'nights', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: FUNCTION, RoleArn: 'arn:role' },
  });
  await system.clock.advance(0);
  expect(system.received).toHaveLength(1);
  expect(system.buses.schedules()[0].name).toBe('Generated');
});

test.each([
  ['AWS::Events::EventBus', { EventSourceName: 'partner' }, /EventSourceName/],
  ['AWS::Events::Rule', { EventPattern: { source: 'shop' } }, /must be an object or an array/],
  ['AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: '1', Arn: FUNCTION, EcsParameters: {} }] }, /EcsParameters/],
  ['AWS::Events::Rule', { ScheduleExpression: 'rate(1 day)', Targets: [{ Id: '1', Arn: FUNCTION, RetryPolicy: { MaximumRetryAttempts: 186 } }] }, /between 0 and 185/],
  ['AWS::Events::Rule', { Description: 'neither' }, /EventPattern or ScheduleExpression/],
  ['AWS::Events::Rule', { EventPattern: { a: [1] }, EventBusName: 'absent' }, /absent does not exist/],
  ['AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: FUNCTION }, Colour: 1 }, /Colour/],
])('%s refuses what it would ignore: %#', async (type, properties, reason) => {
  await expect(load(new EventSystem(), type, properties)).rejects.toThrow(reason);
});
