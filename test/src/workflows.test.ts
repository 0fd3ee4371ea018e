import { definitionOf, Definition, isEnd, reachableFrom, scopesOf, State, statesOf, tasksOf } from '../helpers/state-machine';
import { render, synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;
const workflow = definitionOf(subject, system.workflow);
const archive = definitionOf(subject, system.archiveWorkflow);

const isDeadLetter = ({ Resource }: State) => Resource?.endsWith(':sqs:sendMessage');
const queueOf = (state: State) => state.Parameters.QueueUrl;

describe.each<[string, Definition]>([['transaction workflow', workflow], ['archive workflow', archive]])('%s', (_, definition) => {
  it('leads from every state to an end, and has no state that nothing leads to', () => {
    for (const scope of scopesOf(definition)) {
      expect([...reachableFrom(scope, scope.StartAt)].sort()).toEqual(Object.keys(scope.States).sort());
      for (const name of Object.keys(scope.States)) {
        expect([...reachableFrom(scope, name)].some((reached) => isEnd(scope.States[reached]))).toBe(true);
      }
    }
  });

  it('tries every task again with growing, jittered pauses', () => {
    for (const [name, { Retry = [] }] of tasksOf(definition)) {
      expect(Retry.at(-1)).toMatchObject({ MaxAttempts: 3, JitterStrategy: 'FULL' });
      if (!name.startsWith('Send')) expect(Retry.at(-1)!.ErrorEquals).toEqual(['States.ALL']);
      expect(Retry.at(-1)!.BackoffRate).toBeGreaterThan(1);
    }
  });

  it('catches what still fails and keeps it, with input and error, in its dead-letter queue', () => {
    const keepers = tasksOf(definition).filter(([, state]) => isDeadLetter(state));
    expect(keepers).not.toEqual([]);
    for (const [, keeper] of keepers) {
      expect(keeper.Parameters.MessageBody).toMatchObject({
        'stage': expect.any(String), 'input.$': '$$.Execution.Input', 'execution.$': '$$.Execution.Id', 'error.$': '$.error',
      });
    }
    const caught = Object.values(statesOf(definition)).flatMap(({ Catch = [] }) => Catch)
      .filter(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
    const handlers = Object.values(statesOf(definition)).filter((state) => !isDeadLetter(state)).flatMap(({ Catch = [] }) => Catch)
      .filter(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
    expect(handlers.length).toBeLessThan(caught.length);
    for (const { Next, ResultPath } of handlers) {
      expect(isDeadLetter(statesOf(definition)[Next])).toBe(true);
      expect(ResultPath).toBe('$.error');
    }
  });

  it('catches everything last, or the catchers behind would never be reached', () => {
    for (const { Catch = [], Retry = [] } of Object.values(statesOf(definition))) {
      for (const list of [Catch, Retry]) {
        expect(list.slice(0, -1).some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))).toBe(false);
      }
    }
  });

  it('refers to resources of the template only', () => {
    for (const [, logicalId] of JSON.stringify(definition).matchAll(/\$\{(\w+)[.}]/g)) expect(Object.keys(subject.resources)).toContain(logicalId);
  });

  it('has a time limit', () => expect(definition.TimeoutSeconds).toBeGreaterThan(0));
});

describe('transaction workflow', () => {
  const properties = subject.propertiesOf(system.workflow);
  const states = statesOf(workflow);
  const [screening, notification] = workflow.States[workflow.StartAt].Branches!;

  it('is EXPRESS, and traced', () => {
    expect(properties.StateMachineType).toBe('EXPRESS');
    expect(properties.TracingConfiguration).toEqual({ Enabled: true });
  });

  it('logs everything with its data, because EXPRESS keeps no history', () => {
    const [{ CloudWatchLogsLogGroup }] = properties.LoggingConfiguration.Destinations;
    expect(properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: true });
    expect(subject.resources[CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0]].Type).toBe('AWS::Logs::LogGroup');
  });

  it('ends within the five minutes that EXPRESS allows', () => expect(workflow.TimeoutSeconds).toBeLessThanOrEqual(300));

  it('screens and notifies side by side', () => {
    expect(states[workflow.StartAt].Type).toBe('Parallel');
    expect(Object.keys(screening.States)).toContain('FraudDetection');
    expect(Object.keys(notification.States)).toContain('SendNotification');
    expect(workflow.States[workflow.StartAt].Branches).toHaveLength(2);
  });

  it('catches failures inside each branch, so that one branch cannot cancel the other', () => {
    for (const branch of [screening, notification]) {
      for (const [, task] of tasksOf(branch).filter(([, state]) => !isDeadLetter(state))) {
        expect(task.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
      }
      for (const [, keeper] of tasksOf(branch).filter(([, state]) => isDeadLetter(state))) {
        expect(queueOf(keeper)).toBe(`\${${subject.idOf(system.workflowDeadLetters)}}`);
        expect(isEnd(keeper)).toBe(true);
      }
    }
  });

  it.each([['screen', () => screening, 'FraudDetection'], ['notify', () => notification, 'WhatToTell']] as const)(
    'does what %s asks for, and nothing when it does not',
    (flag, branch, task) => {
      const { StartAt, States } = branch();
      const { Choices, Default } = States[StartAt];
      expect(Choices).toEqual([{ Variable: `$.${flag}`, BooleanEquals: true, Next: task }]);
      expect(States[Default!]).toEqual({ Type: 'Pass', End: true, OutputPath: null });
    },
  );

  it('hands the fraud detector the transaction and who asks, and calls no other function', () => {
    const { Parameters } = states.FraudDetection;
    expect(Parameters.FunctionName).toBe(`\${${subject.idOf(system.fraudDetector)}.Arn}`);
    expect(Parameters.Payload).toEqual({ 'transaction.$': '$.transaction', 'execution.$': '$$.Execution.Id' });
  });

  it('ends all attempts at screening, with the longest pauses between, before the execution ends: what still fails is kept', () => {
    const { TimeoutSeconds: attempt, Retry } = states.FraudDetection;
    const { MaxAttempts, IntervalSeconds, BackoffRate, MaxDelaySeconds } = Retry!.at(-1)!;
    const pauses = Array.from({ length: MaxAttempts }, (_, retry) => Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** retry));
    expect(pauses).toEqual([1, 2, 4]);
    // The default is the longest timeout that is taken.
    expect(attempt).toBe(60);
    expect(subject.propertiesOf(system.fraudDetector).Timeout).toBe(attempt);
    expect(workflow.TimeoutSeconds).toBe(300);
    expect(pauses.reduce((sum, pause) => sum + pause, (MaxAttempts + 1) * attempt)).toBeLessThan(workflow.TimeoutSeconds!);
  });

  it('does not retry what cannot end otherwise, and gives an alert of another run twenty seconds', () => {
    const [uncertain, final] = states.FraudDetection.Retry!;
    expect(final).toEqual({ ErrorEquals: ['NoSuchTransaction'], MaxAttempts: 0 });
    expect(uncertain).toEqual({ ErrorEquals: ['AlertUncertain'], IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: 2, JitterStrategy: 'NONE' });
    const { ErrorEquals, ...pauses } = uncertain;
    expect(states.AwaitNotification.Retry![0]).toEqual({ ErrorEquals: ['DynamoDB.ConditionalCheckFailedException'], ...pauses });
  });

  it('fails as a whole only when both branches have ended, and a dead letter could not be kept', () => {
    for (const [branch, keeper, lost] of [[screening, 'KeepFailedScreening', 'ScreeningNotKept'], [notification, 'KeepFailedNotification', 'NotificationNotKept']] as const) {
      expect(branch.States[keeper].Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: lost }]);
      expect(branch.States[lost]).toMatchObject({ Type: 'Pass', End: true, Result: { not_kept: expect.any(String) } });
      expect(Object.values(branch.States).filter(({ Type }) => Type === 'Fail')).toEqual([]);
    }
    const { Choices, Default } = workflow.States.EverythingKept;
    expect(Choices).toEqual([{ Or: [0, 1].map((index) => ({ Variable: `$[${index}].not_kept`, IsPresent: true })), Next: 'NotKept' }]);
    expect(workflow.States.NotKept).toMatchObject({ Type: 'Fail', Error: 'DeadLetterNotKept' });
    expect(workflow.States[Default!].Type).toBe('Succeed');
  });

  it('lets no branch end with its input: two large ones together would be more than the limit', () => {
    for (const branch of [screening, notification]) {
      for (const state of Object.values(branch.States).filter((one) => isEnd(one) && !one.Result)) expect(state.OutputPath).toBeNull();
    }
  });

  it('claims a notification before it is sent, and only on a row that exists and is not claimed', () => {
    const { ClaimNotification } = states;
    expect([...reachableFrom(notification, ClaimNotification.Next!)]).toContain('SendNotification');
    expect(ClaimNotification.Parameters).toMatchObject({
      TableName: `\${${subject.idOf(system.table)}}`,
      Key: { transaction_id: { 'S.$': '$.transaction.key.transaction_id' }, event_id: { 'S.$': '$.transaction.key.event_id' } },
    });
    const { ConditionExpression } = ClaimNotification.Parameters;
    expect(ConditionExpression).toContain('attribute_exists(transaction_id)');
    expect(ConditionExpression).toContain('(attribute_not_exists(notification_owner) OR notification_owner = :claim)');
  });

  it('sends nothing when the claim is taken', () => {
    const [taken] = states.ClaimNotification.Catch!;
    expect(taken.ErrorEquals).toEqual(['DynamoDB.ConditionalCheckFailedException']);
    expect([...reachableFrom(notification, taken.Next)].sort()).toEqual(['AlreadyNotified', 'AwaitNotification', 'KeepFailedNotification', 'NotificationNotKept']);
  });

  it('does not send again what may have been sent', () => {
    for (const name of ['SendNotification', 'SendConflict']) {
      const { Retry, Catch } = states[name];
      expect(Retry!.flatMap(({ ErrorEquals }) => ErrorEquals)).toEqual(['SNS.ThrottledException', 'SNS.KMSThrottlingException']);
      expect(Catch![0]).toMatchObject({ ErrorEquals: expect.arrayContaining(Retry![0].ErrorEquals), Next: 'ReleaseNotification' });
      expect(Catch![0].ErrorEquals.filter((error) => !error.startsWith('SNS.'))).toEqual([]);
      expect(Catch!.slice(1).map(({ Next }) => Next)).toEqual(['KeepFailedNotification', 'KeepFailedNotification']);
    }
  });

  it('publishes to the alert topic in the words of each protocol, with attributes to filter by', () => {
    const { Parameters } = states.SendNotification;
    expect(Parameters.TopicArn).toBe(`\${${subject.idOf(system.alertTopic)}}`);
    expect(Parameters.MessageStructure).toBe('json');
    expect(Object.keys(Parameters.Message).sort()).toEqual(['default.$', 'email.$', 'sms.$']);
    expect(Parameters['Subject.$']).toBe("States.Format('{} Value Transaction Received', $.label)");
    expect(Object.keys(Parameters.MessageAttributes).sort()).toEqual(['alert_type', 'currency', 'provider', 'tier']);
  });

  it('fills as many values into each message as it has places for', () => {
    for (const text of Object.values<string>(states.SendNotification.Parameters.Message).filter((value) => value.startsWith('States.Format'))) {
      const [, format, values] = /^States\.Format\('(.*)', (.*)\)$/.exec(text)!;
      expect(values.split(', ')).toHaveLength(format.split('{}').length - 1);
    }
  });
});

describe('archive workflow', () => {
  const states = statesOf(archive);
  const segments = states.ArchiveSegments;

  it('is STANDARD, traced and logged: a run may take hours', () => {
    const properties = subject.propertiesOf(system.archiveWorkflow);
    expect(properties).toMatchObject({
      StateMachineType: 'STANDARD', TracingConfiguration: { Enabled: true }, LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
    });
    expect(archive.TimeoutSeconds).toBeLessThan(24 * 3600);
  });

  it('starts daily, told when it was due, and a schedule that cannot start it is kept', () => {
    const { ScheduleExpression, Targets: [target, ...others], EventBusName } = subject.propertiesOf(system.archiveSchedule);
    expect(ScheduleExpression).toMatch(/^cron\(0 2 /);
    expect([others, EventBusName]).toEqual([[], undefined]);
    expect(render(target.Arn)).toBe(`\${${subject.idOf(system.archiveWorkflow)}}`);
    expect(target.InputTransformer).toEqual({ InputPathsMap: { time: '$.time' }, InputTemplate: '{"now":<time>}' });
    expect(render(target.DeadLetterConfig.Arn)).toBe(`\${${subject.idOf(system.archiveDeadLetters)}.Arn}`);
  });

  it('covers every segment of the table once, all at the same time', () => {
    const planned = states.PlanSegments.Parameters.segments;
    expect(planned).toEqual(planned.map((_: number, index: number) => index));
    expect(segments.ItemsPath).toBe('$.segments');
    expect(segments.MaxConcurrency).toBe(planned.length);
    expect(segments.ItemSelector).toEqual({
      'now.$': '$.now', 'run.$': '$$.Execution.Name', 'segment.$': '$$.Map.Item.Value', 'total_segments': planned.length, 'archived': 0,
    });
  });

  it('asks the archiver again with its own answer until the segment is done', () => {
    expect(states.ArchiveSegment.Parameters).toEqual({ 'FunctionName': `\${${subject.idOf(system.archiver)}.Arn}`, 'Payload.$': '$' });
    expect(states.ArchiveSegment).toMatchObject({ OutputPath: '$.Payload', Next: 'SegmentDone' });
    expect(states.SegmentDone).toMatchObject({
      Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'SegmentArchived' }], Default: 'ArchiveSegment',
    });
  });

  it('fails visibly when a segment failed, after keeping its input', () => {
    const [{ Next }] = segments.Catch!;
    expect(queueOf(states[Next])).toBe(`\${${subject.idOf(system.archiveDeadLetters)}}`);
    expect(states[states[Next].Next!].Type).toBe('Fail');
  });
});
