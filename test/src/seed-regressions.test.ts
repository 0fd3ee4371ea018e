import * as fc from 'fast-check';
import { FraudRule } from '../../src';
import { resolveFraudDetection } from '../../src/screening/fraud-detection';
import { statementsOf } from '../helpers/iam';
import { definitionOf, statesOf, tasksOf } from '../helpers/state-machine';
import { referencesIn, render, synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;
const allowed = statementsOf(subject).filter(({ effect }) => effect === 'Allow');
const rules = subject.all('AWS::Events::Rule');
const ref = (construct: Parameters<typeof subject.idOf>[0]) => `\${${subject.idOf(construct)}}`;

/** Mistakes of the system that this one replaces; each was deployed once. */
describe('never again', () => {
  it('is the workflow started twice for one transaction: one rule target starts it per tier, and no function may', () => {
    const starting = rules.filter(({ Properties }) => Properties.Targets.some(({ Arn }: any) => render(Arn) === ref(system.workflow)));
    for (const { Properties } of starting) {
      expect(Properties.Targets.filter(({ Arn }: any) => render(Arn) === ref(system.workflow))).toHaveLength(1);
    }
    expect(starting.map(({ Properties }) => Properties.EventPattern.detail.tier)).toEqual([['low'], ['medium'], ['high']]);
    const starters = allowed.filter(({ actions }) => actions.some((action) => action.startsWith('states:Start')));
    const functionRoles = subject.all('AWS::Lambda::Function').flatMap(({ Properties }) => referencesIn(render(Properties.Role)));
    expect(starters.flatMap(({ roles }) => roles).filter((role) => functionRoles.includes(role))).toEqual([]);
  });

  it('does a target, a task or an environment variable name a resource by an ARN with a wildcard', () => {
    const targets = rules.flatMap(({ Properties }) => Properties.Targets).flatMap(({ Arn, RoleArn }: any) => [Arn, RoleArn]).filter(Boolean)
      .map(render);
    const tasks = [system.workflow, system.archiveWorkflow].flatMap((machine) => tasksOf(definitionOf(subject, machine)))
      .map(([, { Resource, Parameters }]) => JSON.stringify([Resource, Parameters]));
    const variables = [system.validator, system.relay, system.fraudDetector, system.archiver]
      .flatMap((fn) => Object.values(subject.environmentOf(fn)));
    expect([...targets, ...tasks, ...variables].filter((text) => text.includes('*'))).toEqual([]);
  });

  it('does the workflow look for the transaction in the envelope of the event', () => {
    const starting = rules.flatMap(({ Properties }) => Properties.Targets).filter(({ Arn }: any) => render(Arn) === ref(system.workflow));
    for (const { InputTransformer: { InputPathsMap, InputTemplate } } of starting) {
      const [, name] = /"transaction":<(\w+)>/.exec(InputTemplate)!;
      expect(InputPathsMap[name]).toBe('$.detail');
    }
  });

  it('does a rule match by alternatives of numbers, which match everything', () => {
    expect(JSON.stringify(rules.map(({ Properties }) => Properties.EventPattern ?? {}))).not.toContain('numeric');
  });

  it('does a rule have no target', () => {
    expect(rules.filter(({ Properties }) => (Properties.Targets ?? []).length === 0)).toEqual([]);
  });

  it('does an update of the workflow create a row', () => {
    const updates = tasksOf(definitionOf(subject, system.workflow)).filter(([, { Resource }]) => Resource.includes(':dynamodb:'));
    expect(updates).not.toEqual([]);
    for (const [, { Parameters }] of updates) expect(Parameters.ConditionExpression).toMatch(/^attribute_exists\(/);
  });

  it('is high risk out of reach of the rules, whichever are chosen', () => {
    fc.assert(fc.property(fc.subarray(FraudRule.defaults(), { minLength: 1 }), fc.integer({ min: 2, max: 999 }), (chosen, band) => {
      let config;
      try {
        ({ config } = resolveFraudDetection({ rules: chosen, mediumRiskAbove: 0.001, highRiskAbove: band / 1000 }));
      } catch (error) {
        expect((error as Error).message).toContain('high_risk is unreachable');
        return;
      }
      expect(Math.min(1000, config.rules.reduce((sum, { weight }) => sum + weight, 0))).toBeGreaterThan(band);
    }));
  });

  it('does nobody start the archive, or only its first segment', () => {
    expect(subject.propertiesOf(system.archiveSchedule)).toMatchObject({ State: 'ENABLED', ScheduleExpression: expect.stringMatching(/^cron/) });
    expect(statesOf(definitionOf(subject, system.archiveWorkflow)).SegmentDone.Default).toBe('ArchiveSegment');
  });

  it('may the archiver delete or read what it is not about to verify', () => {
    const onBucket = allowed.filter(({ roles }) => roles.includes(subject.idOf(system.archiver.role!))).flatMap(({ actions }) => actions)
      .filter((action) => action.startsWith('s3:'));
    expect(onBucket.sort()).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
  });

  it('is there an endpoint without a secret', () => {
    for (const { secretArn } of JSON.parse(subject.environmentOf(system.validator).PROVIDERS)) {
      expect(subject.resources[referencesIn(secretArn)[0]].Type).toBe('AWS::SecretsManager::Secret');
    }
  });

  it('do two functions share a role, or may one write logs anywhere but in its own group', () => {
    const byRole = subject.all('AWS::Lambda::Function').map(({ Properties }) => [render(Properties.Role), Properties.LoggingConfig.LogGroup.Ref]);
    expect(new Set(byRole.map(([role]) => role)).size).toBe(4);
    for (const [role, group] of byRole) {
      const logging = allowed.filter(({ roles, actions }) =>
        roles.includes(referencesIn(role)[0]) && actions.some((action) => action.startsWith('logs:')));
      expect(logging.flatMap(({ resources }) => resources)).toEqual([`\${${group}.Arn}`]);
    }
  });

  it('is a graph empty because its metric has no dimensions', () => {
    const { widgets } = JSON.parse(render(subject.propertiesOf(system.dashboard!).DashboardBody));
    for (const metric of widgets.flatMap((widget: any) => widget.properties.metrics)) {
      expect(metric.filter((part: unknown) => typeof part === 'string').length).toBeGreaterThanOrEqual(4);
    }
  });

  it('does a rule publish to a topic whose policy does not let it', () => {
    const topics = rules.flatMap(({ Properties }) => Properties.Targets).map(({ Arn }: any) => render(Arn))
      .filter((arn: string) => arn === ref(system.alertTopic));
    // The workflow tells it of everything, by its role.
    expect(topics).toEqual([]);
    const publishers = allowed.filter(({ actions, resources }) => actions.includes('sns:Publish') && resources.includes(ref(system.alertTopic)));
    expect(publishers.map(({ ownerType }) => ownerType)).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Policy']);
  });

  it('must an image be pushed by hand: the deployment publishes every one itself', () => {
    const { dockerImages } = subject.assetManifest;
    for (const { Properties } of subject.all('AWS::Lambda::Function')) {
      const [hash] = /[0-9a-f]{64}$/.exec(render(Properties.Code.ImageUri))!;
      expect(Object.keys(dockerImages)).toContain(hash);
    }
    subject.template.resourceCountIs('AWS::ECR::Repository', 0);
  });
});
