import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Annotations, AspectPriority, Aspects, attachCustomSynthesis, aws_apigateway as apigateway, aws_lambda as lambda, aws_sns as sns,
  Names, Stack, Token,
} from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct, IConstruct } from 'constructs';
import { ExpectedLoadProps, resolveLoad } from './expected-load';
import { functionShape, listenersOf, stageRate } from './observe';
import { CapacityReport, reportOn } from './report';
import { Load, SystemShape } from './shape';

export interface CapacityProps {
  readonly load: ExpectedLoadProps;
  readonly api: apigateway.RestApi;
  readonly validator: lambda.Function;
  readonly relay: lambda.Function;
  readonly fraudDetector: lambda.Function;
  readonly topic: sns.ITopic;
  /** What the constructs do not tell. */
  readonly settings: Omit<SystemShape, 'stageRate' | 'validator' | 'relay' | 'fraudDetector' | 'listeners'>;
}

/** Type of the metadata in the cloud assembly. */
export const CAPACITY_METADATA = 'cdk-webhook-processing:capacity';

/** Holds the system against the load it has to carry, when everything about both is known. Creates no resource. */
export class Capacity extends Construct {
  private readonly load: Load;
  private report?: CapacityReport;

  public constructor(scope: Construct, id: string, private readonly props: CapacityProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const load = resolveLoad(props.load);
    this.load = { ...load, region: load.region ?? (Token.isUnresolved(region) ? undefined : region) };
    // Late enough to see subscribers and settings that are added to the finished system.
    Aspects.of(this).add({ visit: (node: IConstruct) => (node === this ? this.tell() : undefined) }, { priority: AspectPriority.READONLY });
    this.node.addValidation({ validate: () => [...this.reported.failures] });
    attachCustomSynthesis(this, {
      onSynthesize: ({ outdir }) => writeFileSync(join(outdir, this.fileName), `${JSON.stringify(this.reported.json, undefined, 1)}\n`),
    });
  }

  /** Name of the report in the cloud assembly. */
  public get fileName(): string {
    return `${Stack.of(this).artifactId}.${Names.uniqueResourceName(this, { maxLength: 100 })}.json`;
  }

  private tell(): void {
    const { json, text, warnings } = this.reported;
    this.node.addMetadata(CAPACITY_METADATA, json);
    Annotations.of(this).addInfoV2('cdk-webhook-processing:capacity', `${text} All of it is in ${this.fileName}.`);
    warnings.forEach((warning, index) => Annotations.of(this).addWarningV2(`cdk-webhook-processing:capacity.${index}`, warning));
  }

  private get reported(): CapacityReport {
    this.report ??= reportOn({
      load: this.load,
      shape: this.shape(),
      regionIsKnown: RegionInfo.regions.some(({ name }) => name === this.load.region),
      path: this.node.scope!.node.path,
    });
    return this.report;
  }

  private shape(): SystemShape {
    const { api, validator, relay, fraudDetector, topic, settings } = this.props;
    return {
      ...settings,
      stageRate: stageRate(api),
      validator: functionShape(validator),
      relay: functionShape(relay),
      fraudDetector: functionShape(fraudDetector),
      listeners: listenersOf(topic),
    };
  }
}
