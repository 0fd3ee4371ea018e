import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnElement, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IConstruct } from 'constructs';
import { WebhookProcessingSystem, WebhookProcessingSystemProps } from '../../src';

export interface Resource {
  readonly Type: string;
  readonly Properties: { readonly [name: string]: any };
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface AssetManifest {
  readonly files: { readonly [hash: string]: { readonly source: { readonly path: string; readonly packaging: string } } };
  readonly dockerImages: {
    readonly [hash: string]: { readonly source: { readonly directory: string; readonly platform?: string; readonly dockerBuildArgs?: unknown } };
  };
}

const assemblies = mkdtempSync(join(tmpdir(), 'assemblies-'));
let apps = 0;

afterAll(() => rmSync(assemblies, { recursive: true, force: true }));

/** What takes time and nobody looks at: copies of the bundles, which are of interest to the packaging tests only, and where each construct was made. */
const LEFT_OUT = { 'aws:cdk:disable-asset-staging': true, 'aws:cdk:disable-creation-stack-traces': true };

/** An app that leaves the bundles where they are, and nothing behind. */
export function testApp(): App {
  apps += 1;
  return new App({ outdir: join(assemblies, String(apps)), analyticsReporting: false, treeMetadata: false, context: LEFT_OUT });
}

/** What a stack became, and which resource a construct became in it. */
export class Synthesized {
  public readonly template: Template;

  public constructor(public readonly stack: Stack) {
    this.template = Template.fromStack(stack);
  }

  public get resources(): { [logicalId: string]: Resource } {
    return this.template.toJSON().Resources;
  }

  /** Resources of one type, in the order of the template. */
  public all(type: string): (Resource & { readonly logicalId: string })[] {
    return Object.entries(this.resources).filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({ logicalId, ...resource }));
  }

  /** What the CDK CLI builds and publishes, as written into the asset manifest. */
  public get assetManifest(): AssetManifest {
    const { directory } = Stage.of(this.stack)!.synth();
    return JSON.parse(readFileSync(join(directory, `${this.stack.artifactId}.assets.json`), 'utf8'));
  }

  public idOf(construct: IConstruct): string {
    return this.stack.resolve(((construct.node.defaultChild ?? construct) as CfnElement).logicalId);
  }

  public resourceOf(construct: IConstruct): Resource {
    return this.resources[this.idOf(construct)];
  }

  public propertiesOf(construct: IConstruct): Resource['Properties'] {
    return this.resourceOf(construct).Properties;
  }
}

/** Props, or what makes them where they need a scope. */
export type PropsOrFactory = WebhookProcessingSystemProps | ((scope: Stack) => WebhookProcessingSystemProps);

/** A stack with one system. */
export class SynthesizedSystem extends Synthesized {
  public readonly system: WebhookProcessingSystem;

  public constructor(props: PropsOrFactory = {}) {
    const stack = new Stack(testApp(), 'Test');
    const system = new WebhookProcessingSystem(stack, 'Payments', typeof props === 'function' ? props(stack) : props);
    super(stack);
    this.system = system;
  }

  /** Environment variables of a function, with references rendered. */
  public environmentOf(construct: IConstruct): { [name: string]: string } {
    const variables = this.propertiesOf(construct).Environment.Variables as { [name: string]: unknown };
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, render(value)]));
  }
}

export const synthesize = (props?: PropsOrFactory): SynthesizedSystem => new SynthesizedSystem(props);

/** What `make` makes when it is first asked for, for all who only look at it. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The system with nothing set. */
export const plainSystem = once(synthesize);

/**
 * A template value as text: references become `${LogicalId}` and `${LogicalId.Attribute}`,
 * one part of a split reference `${LogicalId.Attribute[2]}`.
 */
export function render(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument], ...others] = Object.entries(value) as [string, any][];
  if (others.length > 0) throw new Error(`Not an intrinsic function: ${JSON.stringify(value)}`);
  switch (name) {
    case 'Ref': return `\${${argument}}`;
    case 'Fn::GetAtt': return `\${${argument.join('.')}}`;
    case 'Fn::Sub': return argument;
    case 'Fn::Join': return argument[1].map(render).join(argument[0]);
    case 'Fn::Select': return renderPart(argument[0], argument[1]);
    default: throw new Error(`Unknown intrinsic function: ${name}`);
  }
}

function renderPart(index: number, from: any): string {
  if (Array.isArray(from)) return render(from[index]);
  return render(from['Fn::Split'][1]).replace(/}$/, `[${index}]}`);
}

/** Logical ids that a rendered text refers to. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map(([, logicalId]) => logicalId);
}
