import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HandlerRepository, HandlerRepositoryProps } from '../../../src';
import { testApp } from '../../helpers/template';

function repositoryOf(props: HandlerRepositoryProps) {
  const stack = new Stack(testApp(), 'Test');
  new HandlerRepository(stack, 'Validator', props);
  const [{ Properties, DeletionPolicy }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  const { rules } = JSON.parse(Properties.LifecyclePolicy.LifecyclePolicyText);
  const countOf = (status: string) => rules.find(({ selection }: any) => selection.tagStatus === status).selection.countNumber;
  return { name: Properties.RepositoryName, emptied: Properties.EmptyOnDelete, DeletionPolicy, untagged: countOf('untagged'), any: countOf('any') };
}

const bare = repositoryOf({});
const chosen = repositoryOf({
  repositoryName: 'webhooks/validator', maxImages: 5, untaggedExpireAfter: Duration.days(1), removalPolicy: RemovalPolicy.DESTROY,
});

export const REPOSITORY_DEFAULTS: { [prop: string]: () => void } = {
  'HandlerRepositoryProps.repositoryName': () => expect(bare.name).toBeUndefined(),
  'HandlerRepositoryProps.maxImages': () => expect(bare.any).toBe(30),
  'HandlerRepositoryProps.untaggedExpireAfter': () => expect(bare.untagged).toBe(7),
  'HandlerRepositoryProps.removalPolicy': () => expect([bare.DeletionPolicy, bare.emptied]).toEqual(['Retain', false]),
};

export const REPOSITORY_OVERRIDES: { [prop: string]: () => void } = {
  'HandlerRepositoryProps.repositoryName': () => expect(chosen.name).toBe('webhooks/validator'),
  'HandlerRepositoryProps.maxImages': () => expect(chosen.any).toBe(5),
  'HandlerRepositoryProps.untaggedExpireAfter': () => expect(chosen.untagged).toBe(1),
  'HandlerRepositoryProps.removalPolicy': () => expect([chosen.DeletionPolicy, chosen.emptied]).toEqual(['Delete', true]),
};
