import { aws_lambda as lambda, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { FraudDetectionProps, FraudModel, FraudRule, HandlerPackaging, WebhookProcessingSystem } from '../../../src';
import { resolveThresholds } from '../../../src/routing/tiers';
import { resolveFraudDetection } from '../../../src/screening/fraud-detection';
import { testApp } from '../../helpers/template';

const ruleOf = (rule: FraudRule) => rule._resolve(resolveThresholds({ currencies: { JPY: { medium: 1, high: 1_500_000 } } }));
const resolved = (props: FraudDetectionProps) => resolveFraudDetection(props).config;

test.each([
  [FraudRule.velocityCount(), { id: 'velocity_count', weight: 300, count: 10, window_s: 3600 }],
  [FraudRule.velocitySum(), { id: 'velocity_sum', weight: 300, limit: { default: '50000' }, window_s: 86_400 }],
  [FraudRule.structuring(), { id: 'structuring', weight: 350, limit: { default: '10000', JPY: '1500000' }, margin: 100, count: 3, window_s: 86_400 }],
  [FraudRule.structuring({ limit: 500 }), { id: 'structuring', weight: 350, limit: { default: '500' }, margin: 100, count: 3, window_s: 86_400 }],
  [FraudRule.unusualCurrency(), { id: 'unusual_currency', weight: 150, count: 3, window_s: 2_592_000 }],
  [FraudRule.unusualCountry(), { id: 'unusual_country', weight: 200, count: 3, window_s: 2_592_000 }],
  [FraudRule.newCustomer(), { id: 'new_customer', weight: 200, limit: { default: '1000' }, window_s: 86_400 }],
  [FraudRule.allowList({ customers: ['c'] }), { id: 'allow_list', weight: 1000, list: { customers: ['c'] } }],
  [FraudRule.blockList({ countries: ['KP'] }), { id: 'block_list', weight: 1000, list: { countries: ['KP'] } }],
  [FraudRule.roundAmount({ shadow: true }), { id: 'round_amount', weight: 150, shadow: true }],
])('a rule by its defaults: %#', (rule, config) => expect(ruleOf(rule)).toEqual(config));

test.each([
  [() => ruleOf(FraudRule.velocityCount({ count: 0 })), 'fraudDetection.rules.velocity_count.count is 0: use a whole number from 1 to 400'],
  [() => ruleOf(FraudRule.velocityCount({ count: 401 })), 'fraudDetection.rules.velocity_count.count is 401'],
  [() => ruleOf(FraudRule.velocitySum({ window: Duration.days(91) })), 'fraudDetection.rules.velocity_sum.window in seconds is 7862400'],
  [() => ruleOf(FraudRule.structuring({ margin: 1 })), 'fraudDetection.rules.structuring.margin is 1: use more than 0 and less than 1'],
  [() => ruleOf(FraudRule.structuring({ count: 1 })), 'fraudDetection.rules.structuring.count is 1'],
  [() => ruleOf(FraudRule.blockList({})), 'fraudDetection.rules.block_list is "empty"'],
  [() => ruleOf(FraudRule.blockList({ countries: ['de'] })), 'fraudDetection.rules.block_list.countries is "de"'],
  [() => ruleOf(FraudRule.allowList({ currencies: ['usd'] })), 'fraudDetection.rules.allow_list.currencies is "usd"'],
  [() => resolved({ fuse: { share: 0 } }), 'fraudDetection.fuse.share is 0'],
  [() => resolved({ fuse: { window: Duration.seconds(59) } }), 'fraudDetection.fuse.window in seconds is 59'],
  [() => resolved({ fuse: { resetAfter: Duration.minutes(59) } }), 'fraudDetection.fuse.resetAfter in seconds is 3540'],
  [() => resolved({ foldAlerts: Duration.seconds(59) }), 'fraudDetection.foldAlerts in seconds is 59'],
  [() => resolved({ model: FraudModel.sageMakerEndpoint('fraud', { timeout: Duration.seconds(31) }) }), 'fraudDetection.model.timeout in seconds is 31'],
  [() => FraudModel.sageMakerEndpoint('arn:aws:sagemaker'), 'fraudDetection.model endpoint is "arn:aws:sagemaker"'],
  [() => resolved({ rules: [FraudRule.highAmount({ weight: 0.6 }), FraudRule.velocityCount({ weight: 0.4, shadow: true })] }), 'high_risk is unreachable'],
  [() => resolved({ rules: [FraudRule.highAmount({ weight: 0.6 }), FraudRule.allowList({ customers: ['c'] })] }), 'high_risk is unreachable'],
])('bad input is refused by name, value and fix: %#', (make, message) => expect(make).toThrow(message));

test('the fuse is on unless turned off', () => {
  expect(resolved({}).fuse).toEqual({ share: 500, window_s: 3600, minimum: 100, reset_s: 14_400 });
  expect(resolved({ fuse: { enabled: false } })).not.toHaveProperty('fuse');
});

test('a model makes a band reachable that the rules alone do not reach', () => {
  expect(() => resolved({ rules: [FraudRule.highAmount({ weight: 0.6 })], model: FraudModel.sageMakerEndpoint('fraud') })).not.toThrow();
});

describe('synthesized', () => {
  const synthesize = (fraudDetection: (stack: Stack) => FraudDetectionProps) => {
    const stack = new Stack(testApp(), 'Payments');
    const system = new WebhookProcessingSystem(stack, 'System', { packaging: HandlerPackaging.zip(), fraudDetection: fraudDetection(stack) });
    const role = stack.getLogicalId(system.fraudDetector.role!.node.defaultChild as never);
    const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: role }] } }));
    type Statement = { Action: string | string[]; Resource: unknown };
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
    return { stack, system, template: Template.fromStack(stack), actions: statements.flatMap(({ Action }) => Action), statements };
  };
  const OWN = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sns:Publish',
    'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

  test('the fraud detector may read and write rows and alert, and nothing else', () => {
    expect(synthesize(() => ({})).actions.sort()).toEqual(OWN);
  });

  test('with a function as model it may invoke that function', () => {
    const code = { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('0') };
    const { actions, template } = synthesize((stack) => ({ model: FraudModel.function(new lambda.Function(stack, 'Model', code)) }));
    expect(actions.sort()).toEqual([...OWN, 'lambda:InvokeFunction'].sort());
    const variables = { Environment: { Variables: { FRAUD_DETECTION: Match.anyValue() } } };
    const [detector] = Object.values(template.findResources('AWS::Lambda::Function', { Properties: variables }));
    expect(JSON.stringify(detector.Properties.Environment.Variables.FRAUD_DETECTION)).toMatch(/"Fn::GetAtt":\["Model[A-Z0-9]+","Arn"\]/);
  });

  test('with an endpoint as model it may invoke that endpoint', () => {
    const { statements } = synthesize(() => ({ model: FraudModel.sageMakerEndpoint('Fraud') }));
    const { Resource } = statements.find(({ Action }) => Action === 'sagemaker:InvokeEndpoint')!;
    expect(JSON.stringify(Resource)).toContain(':endpoint/fraud"');
  });

  test('a failed execution and a blown fuse are alarmed', () => {
    const { system, stack, template } = synthesize(() => ({}));
    for (const alarm of [system.alarms.WorkflowFailed, system.alarms.RuleFuse]) {
      const id = stack.getLogicalId(alarm.node.defaultChild as never);
      expect(template.toJSON().Resources[id].Properties).toMatchObject({ Threshold: 1, TreatMissingData: 'notBreaching' });
    }
  });
});
