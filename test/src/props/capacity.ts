import { LoadQuotas, WorkflowLogging } from '../../../src';
import { QUOTAS } from '../../../src/capacity/aws-facts';
import { resolveLoad } from '../../../src/capacity/expected-load';
import { hopsOf, quotaOf } from '../../../src/capacity/hops';
import { workOf } from '../../../src/capacity/work';
import { definitionOf } from '../../helpers/state-machine';
import { plainSystem, SynthesizedSystem, synthesize } from '../../helpers/template';
import { SHAPE } from '../capacity/system';

const load = resolveLoad({ peakPerSecond: 100 });
const given = resolveLoad({
  peakPerSecond: 100,
  webhooksPerDay: 5000,
  averageBodyKiB: 0.5,
  tierPercentages: { low: 10, medium: 20, high: 70 },
  highRiskPercent: 9,
  mayFallBehind: true,
  region: 'eu-central-1',
});

/** Quotas that are the same in every region, and a region's own; the defaults its props document. */
const DOCUMENTED: Readonly<Record<keyof LoadQuotas, readonly [largest: number, smallest: number]>> = {
  apiGatewayRequestsPerSecond: [10_000, 2500],
  lambdaConcurrentExecutions: [1000, 1000],
  tableWriteUnitsPerSecond: [40_000, 40_000],
  tableReadUnitsPerSecond: [40_000, 40_000],
  putEventsPerSecond: [10_000, 400],
  ruleInvocationsPerSecond: [18_750, 750],
  expressStartsPerSecond: [6000, 6000],
  topicPublishesPerSecond: [30_000, 300],
  emailsPerSecond: [10, 10],
  smsPerSecond: [20, 20],
  logWritesPerSecond: [5000, 5000],
};
const NAMES = Object.keys(QUOTAS) as (keyof typeof QUOTAS)[];

const logging = (subject = plainSystem()) => {
  expect(definitionOf(subject, subject.system.workflow)).toBeDefined();
  const { Level, IncludeExecutionData } = subject.propertiesOf(subject.system.workflow).LoggingConfiguration;
  return [Level, IncludeExecutionData];
};

const reports = ({ system }: SynthesizedSystem) => system.node.tryFindChild('Capacity') !== undefined;

export const CAPACITY_DEFAULTS: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.workflowLogging': () => expect(logging()).toEqual(['ALL', true]),
  'WebhookProcessingSystemProps.expectedLoad': () => expect(reports(plainSystem())).toBe(false),
  'ExpectedLoadProps.webhooksPerDay': () => expect(load.webhooksPerDay).toBe(20 * 86_400),
  'ExpectedLoadProps.averageBodyKiB': () => expect(load.bodyBytes).toBe(2048),
  'ExpectedLoadProps.tierPercentages': () => expect(load.tierPercent).toEqual({ low: 80, medium: 15, high: 5 }),
  'ExpectedLoadProps.highRiskPercent': () => expect(load.highRiskPercent).toBe(1),
  'ExpectedLoadProps.mayFallBehind': () => expect(load.mayFallBehind).toBe(false),
  'ExpectedLoadProps.region': () => expect(load.region).toBeUndefined(),
  'ExpectedLoadProps.quotas': () => expect(load.quotas).toEqual({}),
  ...Object.fromEntries(NAMES.map((name) => [`LoadQuotas.${name}`, () => {
    expect([quotaOf(name, { region: 'us-east-1', quotas: {} }), quotaOf(name, { quotas: {} })]).toEqual(DOCUMENTED[name]);
  }])),
};

export const CAPACITY_OVERRIDES: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.workflowLogging': () => {
    expect(logging(synthesize({ workflowLogging: WorkflowLogging.EVENTS }))).toEqual(['ALL', false]);
    expect(logging(synthesize({ workflowLogging: WorkflowLogging.ERRORS }))).toEqual(['ERROR', true]);
  },
  'WebhookProcessingSystemProps.expectedLoad': () => expect(reports(synthesize({ expectedLoad: { peakPerSecond: 1 } }))).toBe(true),
  'ExpectedLoadProps.webhooksPerDay': () => expect(given.webhooksPerDay).toBe(5000),
  'ExpectedLoadProps.averageBodyKiB': () => expect(given.bodyBytes).toBe(512),
  'ExpectedLoadProps.tierPercentages': () => expect(given.tierPercent).toEqual({ low: 10, medium: 20, high: 70 }),
  'ExpectedLoadProps.highRiskPercent': () => expect(given.highRiskPercent).toBe(9),
  'ExpectedLoadProps.mayFallBehind': () => expect(given.mayFallBehind).toBe(true),
  'ExpectedLoadProps.region': () => expect(quotaOf('putEventsPerSecond', given)).toBe(2400),
  'ExpectedLoadProps.quotas': () => expect(resolveLoad({ peakPerSecond: 1, quotas: { smsPerSecond: 7 } }).quotas).toEqual({ smsPerSecond: 7 }),
  ...Object.fromEntries(NAMES.map((name) => [`LoadQuotas.${name}`, () => {
    const raised = resolveLoad({ peakPerSecond: 1, quotas: { [name]: 123_457 } });
    const shape = { ...SHAPE, listeners: [{ protocol: 'email' }, { protocol: 'sms' }] };
    expect(hopsOf(raised, shape, workOf(raised, shape)).map(({ quota }) => quota)).toContain(123_457);
  }])),
};
