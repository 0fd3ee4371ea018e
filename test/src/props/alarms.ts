import { aws_cloudwatch_actions as actions, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { once, plainSystem, SynthesizedSystem, synthesize } from '../../helpers/template';

const chosen = once(() => synthesize((scope) => ({
  alarms: {
    actions: [new actions.SnsAction(new sns.Topic(scope, 'OnCall'))],
    lowSeverityActions: [new actions.SnsAction(new sns.Topic(scope, 'OfficeHours'))],
    relayAge: Duration.minutes(1),
    archiveHeartbeat: Duration.days(7),
    runbookUrl: 'https://wiki.example.com/webhooks',
  },
})));

const isLowSeverity = (id: string) => id.startsWith('PreviousSecretUsed');
const alarmIn = (subject: SynthesizedSystem, id: string) => subject.propertiesOf(subject.system.alarms[id]);
/** Where the alarms of a severity go. */
const actionsIn = (subject: SynthesizedSystem, lowSeverity: boolean) => {
  const ids = Object.keys(subject.system.alarms).filter((id) => isLowSeverity(id) === lowSeverity);
  expect(ids).not.toEqual([]);
  return new Set(ids.map((id) => alarmIn(subject, id).AlarmActions?.[0].Ref.replace(/[0-9A-F]{8}$/, '')));
};

export const ALARM_DEFAULTS: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.alarms': () => expect(Object.keys(plainSystem().system.alarms)).not.toEqual([]),
  'AlarmsProps.enabled': () => plainSystem().template.resourceCountIs('AWS::CloudWatch::Alarm', Object.keys(plainSystem().system.alarms).length),
  'AlarmsProps.actions': () => expect(actionsIn(plainSystem(), false)).toEqual(new Set([undefined])),
  'AlarmsProps.lowSeverityActions': () => {
    const same = synthesize((scope) => ({ alarms: { actions: [new actions.SnsAction(new sns.Topic(scope, 'OnCall'))] } }));
    expect(actionsIn(same, true)).toEqual(new Set(['OnCall']));
  },
  'AlarmsProps.relayAge': () => expect(alarmIn(plainSystem(), 'RelayBehind').Threshold).toBe(300_000),
  'AlarmsProps.archiveHeartbeat': () => expect(alarmIn(plainSystem(), 'ArchiveHeartbeat')).toMatchObject({ Period: 3600, EvaluationPeriods: 36 }),
  'AlarmsProps.runbookUrl': () => expect(alarmIn(plainSystem(), 'ServerErrors').AlarmDescription).toMatch(/cdk-webhook-processing\/blob\/main\/docs\/runbook\.md#/),
};

export const ALARM_OVERRIDES: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.alarms': () => expect(actionsIn(chosen(), false)).toEqual(new Set(['OnCall'])),
  'AlarmsProps.enabled': () => {
    const { system, template } = synthesize({ alarms: { enabled: false } });
    expect(system.alarms).toEqual({});
    template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  },
  'AlarmsProps.actions': () => expect(actionsIn(chosen(), false)).toEqual(new Set(['OnCall'])),
  'AlarmsProps.lowSeverityActions': () => expect(actionsIn(chosen(), true)).toEqual(new Set(['OfficeHours'])),
  'AlarmsProps.relayAge': () => expect(alarmIn(chosen(), 'RelayBehind').Threshold).toBe(60_000),
  'AlarmsProps.archiveHeartbeat': () => expect(alarmIn(chosen(), 'ArchiveHeartbeat').EvaluationPeriods).toBe(168),
  'AlarmsProps.runbookUrl': () => expect(alarmIn(chosen(), 'ServerErrors').AlarmDescription).toContain('https://wiki.example.com/webhooks#'),
};
