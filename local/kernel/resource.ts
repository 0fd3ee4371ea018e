/** A resource of a synthesized template with every intrinsic resolved. */
export interface Resource {
  readonly logicalId: string;
  /** CloudFormation type, e.g. `AWS::SQS::Queue`. */
  readonly type: string;
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, e.g. `Arn`. */
  readonly attributes: Readonly<Record<string, string>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly properties: Readonly<Record<string, any>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Brings one resource to life; throws on any property it would have to ignore. */
export type ResourceLoader = (resource: Resource) => void | Promise<void>;

/** The resource types one service runs. */
export type ResourceLoaders = Readonly<Record<string, ResourceLoader>>;

/** Refuses properties the runner would otherwise ignore silently. */
export function onlyProperties(resource: Resource, allowed: readonly string[]): void {
  const unknown = Object.keys(resource.properties).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) {
    throw new Error(`${resource.logicalId} (${resource.type}): the local runner does not support ${unknown.join(', ')}`);
  }
}
