import { FraudRule } from '../../src';
import { ENV } from '../../src/contract';
import { resolveFraudDetection } from '../../src/screening/fraud-detection';
import { referencesIn, render, synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;
const functions = Object.entries({
  'validator': system.validator, 'relay': system.relay, 'fraud-detector': system.fraudDetector, 'archiver': system.archiver,
});

describe.each(functions)('%s', (handler, fn) => {
  const properties = subject.propertiesOf(fn);

  it('runs on Graviton', () => expect(properties.Architectures).toEqual(['arm64']));

  it('is built for arm64 whatever the host is', () => {
    const [hash] = /[0-9a-f]{64}/.exec(render(properties.Code.ImageUri))!;
    const { source } = subject.assetManifest.dockerImages[hash];
    expect(source.platform).toBe('linux/arm64');
    expect(source.directory).toMatch(new RegExp(`assets/${handler}$|asset\\.${hash}$`));
  });

  it('is traced', () => expect(properties.TracingConfig).toEqual({ Mode: 'Active' }));

  it('writes to a log group that no other function writes to', () => {
    const group = properties.LoggingConfig.LogGroup.Ref;
    expect(subject.resources[group].Type).toBe('AWS::Logs::LogGroup');
    const others = functions.filter(([name]) => name !== handler).map(([, other]) => subject.propertiesOf(other).LoggingConfig.LogGroup.Ref);
    expect(others).not.toContain(group);
  });

  it('has a role that no other function has, and without managed policies', () => {
    const [role] = referencesIn(render(properties.Role));
    expect(subject.resources[role].Properties.ManagedPolicyArns).toBeUndefined();
    expect(subject.all('AWS::Lambda::Function').filter(({ Properties }) => render(Properties.Role).includes(role))).toHaveLength(1);
  });

  it('stays within what AWS Lambda takes as environment', () => {
    const bytes = Object.entries(subject.environmentOf(fn)).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(bytes).toBeLessThan(4096);
  });

  it('says which system its metrics belong to', () => {
    const [system1, ...others] = new Set(functions.map(([, other]) => subject.environmentOf(other)[ENV.system]));
    expect(others).toEqual([]);
    expect(system1).toMatch(/^[\w-]{1,100}$/);
  });
});

test('the most limits that are taken for a fraud rule still fit into the environment, with names as long as they can be', () => {
  const codes = Array.from({ length: 300 }, (_, index) => `X${String.fromCharCode(65 + Math.floor(index / 26), 65 + index % 26)}`);
  const limits = (count: number) => Object.fromEntries(codes.slice(0, count).map((code) => [code, 15_000]));
  const withLimits = (count: number) => FraudRule.highAmount({ weight: 1, currencies: limits(count) });
  const isTaken = (count: number) => {
    try {
      return resolveFraudDetection({ rules: [withLimits(count)] }).config.rules.length === 1;
    } catch {
      return false;
    }
  };
  const most = codes.findIndex((_, count) => !isTaken(count)) - 1;
  const widest = synthesize({ fraudDetection: { rules: [withLimits(most)] } });
  const { TABLE_NAME, ALERT_TOPIC_ARN, SYSTEM_NAME, ...others } = widest.environmentOf(widest.system.fraudDetector);
  // What CloudFormation makes of ids without a suffix ends at 64 characters for a table and 256 for a topic.
  const longest = { ...others, TABLE_NAME: 'x'.repeat(64), ALERT_TOPIC_ARN: `arn:aws-us-gov:sns:us-gov-west-1:111122223333:${'x'.repeat(256)}`, SYSTEM_NAME: 'x'.repeat(100) };
  expect([TABLE_NAME, ALERT_TOPIC_ARN, SYSTEM_NAME]).not.toContain(undefined);
  expect(JSON.parse(others.FRAUD_DETECTION).rules[0].limit).toHaveProperty(codes[most - 1], '15000');
  expect(Object.entries(longest).reduce((sum, [name, value]) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(4096);
});

test('there are four of them and no other compute', () => {
  subject.template.resourceCountIs('AWS::Lambda::Function', 4);
});
