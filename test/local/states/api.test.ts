import {
  DescribeExecutionCommand, DescribeStateMachineCommand, GetExecutionHistoryCommand, ListExecutionsCommand, ListStateMachinesCommand, SFNClient,
  StartExecutionCommand, StartSyncExecutionCommand, StopExecutionCommand, CreateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { clientOptions, serve, Served } from '../../helpers/serve';
import { LAMBDA, MACHINE, only, service } from './helpers';

const EXPRESS = MACHINE.replace(/machine$/, 'express');
const host = service({ handlers: { [LAMBDA]: (parameters) => parameters } });
let served: Served;
let client: SFNClient;

beforeAll(async () => {
  const states = { T: { Type: 'Task', Resource: LAMBDA, Next: 'W' }, W: { Type: 'Wait', SecondsPath: '$.wait', End: true } };
  host.create({ StartAt: 'T', States: states }, { tracing: true });
  host.create(only({ Type: 'Pass', Result: { ok: true } }), { arn: EXPRESS, name: 'express', type: 'EXPRESS' });
  served = await serve(host.machines);
  client = new SFNClient({ ...clientOptions(served), disableHostPrefix: true });
});

afterAll(() => {
  client.destroy();
  return served.close();
});

test('a STANDARD execution from start to history', async () => {
  const { executionArn, startDate } = await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'one', input: '{"wait":5}' }));
  expect(startDate).toEqual(new Date(host.clock.now()));
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'RUNNING', input: '{"wait":5}', stateMachineArn: MACHINE });
  await host.clock.advance(5000);
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'SUCCEEDED', output: '{"wait":5}', name: 'one', stopDate: new Date(startDate!.getTime() + 5000), inputDetails: { included: true },
  });
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events!.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
    [1, 0, 'ExecutionStarted'], [2, 0, 'TaskStateEntered'], [3, 2, 'TaskScheduled'], [4, 3, 'TaskStarted'], [5, 4, 'TaskSucceeded'],
    [6, 5, 'TaskStateExited'], [7, 6, 'WaitStateEntered'], [8, 7, 'WaitStateExited'], [9, 8, 'ExecutionSucceeded'],
  ]);
  expect(events![2].taskScheduledEventDetails).toEqual({ resourceType: 'lambda', resource: 'invoke', region: 'us-east-1', parameters: '{"wait":5}' });
  expect(events![8].timestamp).toEqual(new Date(startDate!.getTime() + 5000));
});

test('history by pages, backwards and without data', async () => {
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: '{"wait":0}' }));
  await host.machines.onFinished(executionArn!);
  const first = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 5, includeExecutionData: false }));
  const second = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 5, nextToken: first.nextToken });
  const { events, nextToken } = await client.send(second);
  expect([...first.events!, ...events!].map(({ id }) => id)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(first.events![0].executionSucceededEventDetails).toEqual({});
  expect(nextToken).toBeUndefined();
});

test('lists', async () => {
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines!.map(({ name, type }) => [name, type])).toEqual([['machine', 'STANDARD'], ['express', 'EXPRESS']]);
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: '{"wait":50}' }));
  const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn: MACHINE, statusFilter: 'RUNNING' }));
  expect(executions!.map((execution) => execution.executionArn)).toEqual([executionArn]);
  await client.send(new StopExecutionCommand({ executionArn, error: 'Mine' }));
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'ABORTED', error: 'Mine' });
});

test('describes a machine', async () => {
  expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }))).toMatchObject({
    name: 'machine',
    status: 'ACTIVE',
    type: 'STANDARD',
    tracingConfiguration: { enabled: true },
    loggingConfiguration: { level: 'OFF' },
    definition: expect.stringContaining('"StartAt":"T"'),
    roleArn: 'arn:aws:iam::000000000000:role/machine',
  });
});

test('an EXPRESS execution answers when it is done', async () => {
  const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn: EXPRESS, input: '{}' }));
  expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}', billingDetails: { billedDurationInMilliseconds: 100 } });
  expect(answer.executionArn).toContain(':express:express:');
  const hidden = await client.send(new StartSyncExecutionCommand({ stateMachineArn: EXPRESS, includedData: 'METADATA_ONLY' }));
  expect(hidden).toMatchObject({ status: 'SUCCEEDED', outputDetails: { included: false } });
  expect(hidden).not.toHaveProperty('output');
});

describe('refuses', () => {
  const express = `${EXPRESS.replace('stateMachine', 'express')}:n:u`;
  const arn = `${MACHINE.replace('stateMachine', 'execution')}:none`;

  test.each<[string, any, string]>([
    ['a missing machine', new StartExecutionCommand({ stateMachineArn: `${MACHINE}s` }), 'StateMachineDoesNotExist'],
    ['bad input', new StartExecutionCommand({ stateMachineArn: MACHINE, input: 'not json' }), 'InvalidExecutionInput'],
    ['a name with another input', new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'one', input: '{"wait":6}' }), 'ExecutionAlreadyExists'],
    ['waiting for a STANDARD machine', new StartSyncExecutionCommand({ stateMachineArn: MACHINE }), 'StateMachineTypeNotSupported'],
    ['listing EXPRESS executions', new ListExecutionsCommand({ stateMachineArn: EXPRESS }), 'StateMachineTypeNotSupported'],
    ['describing an EXPRESS execution', new DescribeExecutionCommand({ executionArn: express }), 'InvalidArn'],
    ['the history of an EXPRESS execution', new GetExecutionHistoryCommand({ executionArn: express }), 'InvalidArn'],
    ['a missing execution', new DescribeExecutionCommand({ executionArn: arn }), 'ExecutionDoesNotExist'],
    ['a bad ARN', new DescribeExecutionCommand({ executionArn: 'x' }), 'InvalidArn'],
    ['a bad filter', new ListExecutionsCommand({ stateMachineArn: MACHINE, statusFilter: 'succeeded' as never }), 'ValidationException'],
    ['a bad token', new ListStateMachinesCommand({ nextToken: 'x' }), 'InvalidToken'],
    ['members it would ignore', new ListExecutionsCommand({ stateMachineArn: MACHINE, redriveFilter: 'REDRIVEN' }), 'NotSupportedLocally'],
    ['making machines', new CreateStateMachineCommand({ name: 'x', definition: '{}', roleArn: 'r' }), 'NotSupportedLocally'],
  ])('%s', async (_name, command, name) => {
    await expect(client.send(command)).rejects.toMatchObject({ name });
  });
});
