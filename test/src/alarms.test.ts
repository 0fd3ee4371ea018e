import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WebhookProcessingSystem, WebhookProcessingSystemProps, WebhookProvider } from '../../src';
import { testApp } from '../helpers/template';

const RUNBOOK = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

type Props = WebhookProcessingSystemProps | ((stack: Stack) => WebhookProcessingSystemProps);

function synthesize(props: Props = {}) {
  const stack = new Stack(testApp(), 'Test');
  const system = new WebhookProcessingSystem(stack, 'Payments', typeof props === 'function' ? props(stack) : props);
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string; Properties: Record<string, any> }> };
  const alarms = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
  const alarm = (id: string) => Resources[stack.resolve((system.alarms[id].node.defaultChild as any).logicalId)].Properties;
  return { system, alarms, alarm, resources: Resources };
}

const subject = synthesize({ providers: [WebhookProvider.stripe(), WebhookProvider.standardWebhooks({ name: 'partner-1' })] });

describe('alarms', () => {
  const IDS = [
    'RoutingDeadLetters', 'WorkflowDeadLetters', 'ArchiveDeadLetters', 'RelayBehind', 'RelayFailures', 'ArchiveFailed', 'ArchiveHeartbeat',
    'WorkflowFailed', 'UnfinishedTransactions', 'RuleFuse', 'ServerErrors', 'ValidatorErrors', 'ValidatorThrottles', 'PreviousSecretUsedStripe', 'PreviousSecretUsedPartner1',
  ];

  test('are there unless told otherwise', () => {
    expect(Object.keys(subject.system.alarms)).toEqual(IDS);
    expect(subject.alarms).toHaveLength(IDS.length);
    expect(synthesize({ alarms: { enabled: false } }).alarms).toEqual([]);
  });

  test('each name the section of the runbook that is about it, and each section has its alarm', () => {
    const headings = [...RUNBOOK.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const anchors = headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-'));
    const linked = subject.alarms.map(({ AlarmDescription }) => AlarmDescription.split('/docs/runbook.md#')[1]);
    expect([...new Set(linked)].sort()).toEqual([...anchors].sort());
    for (const { AlarmDescription } of subject.alarms) expect(headings).toContain(AlarmDescription.split('. ')[0]);
  });

  test('each section of the runbook says what it means, what to look at and what to run', () => {
    for (const section of RUNBOOK.split(/^## /m).slice(1)) {
      for (const part of ['**Means**', '**Look at**', '**Run**']) expect(section).toContain(part);
    }
  });

  test('keep still without data, but for the heartbeat, for which silence is the alarm', () => {
    for (const id of IDS) expect(subject.alarm(id).TreatMissingData).toBe(id === 'ArchiveHeartbeat' ? 'breaching' : 'notBreaching');
    expect(subject.alarm('ArchiveHeartbeat')).toMatchObject({
      MetricName: 'ExecutionsSucceeded', Period: 3600, EvaluationPeriods: 36, DatapointsToAlarm: 36, Threshold: 1, ComparisonOperator: 'LessThanThreshold',
    });
  });

  test('look at the queues, the function and the workflow they are named after', () => {
    const { system, resources } = subject;
    const idOf = ({ node }: { node: any }) => node.defaultChild.stack.resolve(node.defaultChild.logicalId);
    const { routingDeadLetters, workflowDeadLetters, archiveDeadLetters } = system;
    const queues = { RoutingDeadLetters: routingDeadLetters, WorkflowDeadLetters: workflowDeadLetters, ArchiveDeadLetters: archiveDeadLetters };
    for (const [id, queue] of Object.entries(queues)) {
      expect(subject.alarm(id).Dimensions).toEqual([{ Name: 'QueueName', Value: { 'Fn::GetAtt': [idOf(queue), 'QueueName'] } }]);
    }
    expect(subject.alarm('RelayBehind')).toMatchObject({
      MetricName: 'IteratorAge', Statistic: 'Maximum', Threshold: 300_000, Dimensions: [{ Value: { Ref: idOf(system.relay) } }],
    });
    const given = subject.alarm('RelayFailures').Metrics.filter(({ MetricStat }: any) => MetricStat).map(({ MetricStat: { Metric } }: any) => Metric);
    const [mapping] = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping')!;
    expect(given).toEqual(['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount'].map((MetricName) => ({
      Namespace: 'AWS/Lambda', MetricName, Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }],
    })));
    expect(resources[mapping].Properties.MetricsConfig).toEqual({ Metrics: ['EventCount'] });
  });

  test.each<[WebhookProcessingSystemProps, RegExp]>([
    [{ alarms: { archiveHeartbeat: Duration.days(8) } }, /alarms.archiveHeartbeat in hours is 192/],
    [{ alarms: { archiveHeartbeat: Duration.minutes(90) } }, /alarms.archiveHeartbeat in hours is 1.5/],
    [{ alarms: { relayAge: Duration.days(1) } }, /alarms.relayAge is "86400 seconds"/],
  ])('refuses %p', (props, message) => expect(() => synthesize(props)).toThrow(message));
});

describe('object lock', () => {
  const bucketOf = (props: Props) => Object.values(synthesize(props).resources).find(({ Type }) => Type === 'AWS::S3::Bucket')!.Properties;

  test('is not there unless asked for', () => expect(bucketOf({})).not.toHaveProperty('ObjectLockEnabled'));

  test.each([['GOVERNANCE', s3.ObjectLockRetention.governance(Duration.days(30))], ['COMPLIANCE', s3.ObjectLockRetention.compliance(Duration.days(365))]])(
    'keeps in %s mode', (Mode, objectLock) => {
      expect(bucketOf({ archival: { objectLock } })).toMatchObject({
        ObjectLockEnabled: true, ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode, Days: objectLock.duration.toDays() } } },
      });
    });

  test('is refused where the bucket is to be emptied, and beyond the life of the objects', () => {
    const objectLock = s3.ObjectLockRetention.compliance(Duration.days(366));
    expect(() => synthesize({ archival: { objectLock }, removalPolicy: RemovalPolicy.DESTROY })).toThrow(/removalPolicy is "destroy": use RemovalPolicy.RETAIN/);
    expect(() => synthesize({ archival: { objectLock } })).toThrow(/archival.objectLock is "366 days": use at most the 365 days/);
  });
});

describe('the archive of the bus', () => {
  const archiveOf = (props: Props) => Object.values(synthesize(props).resources).find(({ Type }) => Type === 'AWS::Events::Archive')!.Properties;

  test('keeps what is no replay, for thirty days or as long as it is told', () => {
    expect(archiveOf({})).toMatchObject({ RetentionDays: 30, EventPattern: { source: ['webhook.transaction'], detail: { replay: [{ exists: false }] } } });
    expect(archiveOf({ retention: { events: Duration.days(90) } }).RetentionDays).toBe(90);
    expect(() => synthesize({ retention: { events: Duration.hours(1) } })).toThrow(/retention.events/);
  });

  test('rules without a guard see no replay', () => {
    const { resources } = synthesize();
    for (const id of ['LowValueBatchRule', 'ConflictRule']) {
      const rule = Object.entries(resources).find(([logicalId, { Type }]) => Type === 'AWS::Events::Rule' && logicalId.includes(id))![1];
      expect(rule.Properties.EventPattern).toMatchObject({ 'replay-name': [{ exists: false }], 'detail': { replay: [{ exists: false }] } });
    }
  });
});
