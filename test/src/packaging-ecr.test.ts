import { aws_ecr as ecr, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EcrImage, HandlerPackaging, HandlerRepository, WebhookProcessingSystem } from '../../src';
import { testApp } from '../helpers/template';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

function images(stack: Stack, tagOrDigest = '1.4.0'): Record<'validator' | 'relay' | 'fraudDetector' | 'archiver', EcrImage> {
  const image = (name: string) => ({ repository: ecr.Repository.fromRepositoryName(stack, name, `webhooks/${name}`), tagOrDigest });
  return { validator: image('validator'), relay: image('relay'), fraudDetector: image('fraud-detector'), archiver: image('archiver') };
}

function synthesized(tagOrDigest?: string) {
  const stack = new Stack(testApp(), 'Test');
  new WebhookProcessingSystem(stack, 'Payments', { packaging: HandlerPackaging.fromEcr(images(stack, tagOrDigest)) });
  return Template.fromStack(stack);
}

const uris = (template: Template) => Object.values(template.findResources('AWS::Lambda::Function', { Properties: { PackageType: 'Image' } }))
  .map(({ Properties }) => JSON.stringify(Properties.Code.ImageUri));

describe('images from repositories of one\'s own', () => {
  it('are used by all four functions, on arm64, each from its own repository', () => {
    const template = synthesized();
    template.allResourcesProperties('AWS::Lambda::Function', Match.objectLike({ PackageType: 'Image', Architectures: ['arm64'] }));
    const found = uris(template).map((uri) => /webhooks\/([\w-]+):1\.4\.0/.exec(uri)?.[1]).sort();
    expect(found).toEqual(['archiver', 'fraud-detector', 'relay', 'validator']);
  });

  it('may be named by digest', () => {
    expect(uris(synthesized(DIGEST)).filter((uri) => uri.includes(`@${DIGEST}`))).toHaveLength(4);
  });

  it.each(['', 'a tag', '.dot', 'sha256:abc', `sha512:${'0'.repeat(64)}`])('refuses %p as a tag or a digest', (wrong) => {
    expect(() => synthesized(wrong)).toThrow(`packaging validator.tagOrDigest is ${JSON.stringify(wrong)}: use a tag such as 1.4.0`);
  });
});

describe('a repository for images', () => {
  const of = (props?: ConstructorParameters<typeof HandlerRepository>[2]) => {
    const stack = new Stack(testApp(), 'Test');
    new HandlerRepository(stack, 'Validator', props);
    return Template.fromStack(stack);
  };

  it('scans on push, keeps tags where they are, and is retained', () => {
    of().hasResource('AWS::ECR::Repository', {
      DeletionPolicy: 'Retain',
      Properties: { ImageScanningConfiguration: { ScanOnPush: true }, ImageTagMutability: 'IMMUTABLE' },
    });
  });

  it('deletes what has no tag after a week, and all but the newest 30', () => {
    const [{ Properties }] = Object.values(of().findResources('AWS::ECR::Repository'));
    const { rules } = JSON.parse(Properties.LifecyclePolicy.LifecyclePolicyText);
    expect(rules.map(({ selection }: { selection: object }) => selection)).toEqual([
      { tagStatus: 'untagged', countType: 'sinceImagePushed', countNumber: 7, countUnit: 'days' },
      { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 30 },
    ]);
  });

  it('lets AWS Lambda pull for functions of this account and region, and nobody else', () => {
    const [{ Properties }] = Object.values(of().findResources('AWS::ECR::Repository'));
    const [statement, ...others] = Properties.RepositoryPolicyText.Statement;
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Principal: { Service: 'lambda.amazonaws.com' }, Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'] });
    expect(JSON.stringify(statement.Condition)).toMatch(/ArnLike.*aws:SourceArn.*:lambda:.*AWS::Region.*AWS::AccountId.*:function:\*/);
  });

  it('is emptied when it may be destroyed', () => {
    of({ removalPolicy: RemovalPolicy.DESTROY }).hasResource('AWS::ECR::Repository', { DeletionPolicy: 'Delete', Properties: { EmptyOnDelete: true } });
  });

  it.each([
    [{ maxImages: 1 }, 'maxImages is 1: use a whole number from 2 to 1000'],
    [{ untaggedExpireAfter: Duration.hours(30) }, 'untaggedExpireAfter is "1.25 days": use 1 to 3650 whole days'],
  ])('refuses %p', (props, message) => expect(() => of(props)).toThrow(message));
});

describe('the base image of containers', () => {
  it.each(['registry.example.com/lambda/nodejs:24', 'localhost:5000/node:24-arm64', `mirror.example.com/nodejs@${DIGEST}`])('may be %s', (baseImage) => {
    expect(() => HandlerPackaging.container({ baseImage })).not.toThrow();
  });

  it.each(['', 'https://registry.example.com/nodejs:24', 'registry.example.com/nodejs', 'Registry/NodeJS:24', 'nodejs:24 AS base'])('may not be %p', (baseImage) => {
    expect(() => HandlerPackaging.container({ baseImage })).toThrow(`packaging baseImage is ${JSON.stringify(baseImage)}: use <registry>/<name>:<tag>`);
  });
});
