import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Assets, NO_ASSETS, readAssets } from './assets';
import { readConstructPaths, readConstructTree } from './constructs';
import { AssemblyError, readJson } from './files';
import { localise } from './localise';
import { Template } from './template';

/** One CloudFormation stack of an assembly. */
export interface AssemblyStack {
  /** The name CloudFormation knows it by. */
  readonly name: string;
  /** The name the CDK shows, e.g. `Prod/Payments`. */
  readonly displayName: string;
  /** The (nested) assembly directory that holds it: stacks of one Stage share it. */
  readonly directory: string;
  /** `aws://account/region`, either of them `unknown-…` when the app does not fix it. */
  readonly environment?: string;
  readonly template: Template;
  readonly assets: Assets;
  /** Construct path by logical id; ids inside nested stacks included. */
  readonly constructPaths: ReadonlyMap<string, string>;
}

/** A synthesized CDK app. */
export interface Assembly {
  readonly directory: string;
  readonly stacks: readonly AssemblyStack[];
  /** Fully qualified class name by construct path, e.g. `Payments/Bus` → `aws-cdk-lib.aws_events.EventBus`. */
  readonly constructs: ReadonlyMap<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly dependencies?: readonly string[];
  readonly metadata?: Readonly<Record<string, never>>;
  readonly additionalMetadataFile?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly properties?: Readonly<Record<string, any>>;
}

type Artifacts = Readonly<Record<string, Artifact>>;

/** Reads every stack of a cloud assembly, those of its Stages included. */
export function readAssembly(directory: string): Assembly {
  const root = resolve(directory);
  if (!existsSync(join(root, 'manifest.json'))) {
    throw new AssemblyError(`${root} is no cloud assembly (it has no manifest.json); run "cdk synth" first`);
  }
  const stacks = readStacks(root);
  if (stacks.length === 0) throw new AssemblyError(`The cloud assembly in ${root} has no stack`);
  return { directory: root, stacks, constructs: readConstructTree(root) };
}

function readStacks(directory: string): AssemblyStack[] {
  const { artifacts = {} } = readJson(join(directory, 'manifest.json')) as { artifacts?: Artifacts };
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    if (artifact.type === 'cdk:cloud-assembly') return readStacks(join(directory, artifact.properties!.directoryName));
    return artifact.type === 'aws:cloudformation:stack' ? [readStack(directory, id, artifact, artifacts)] : [];
  });
}

function readStack(directory: string, id: string, artifact: Artifact, artifacts: Artifacts): AssemblyStack {
  const file = join(directory, artifact.properties!.templateFile);
  if (!existsSync(file)) {
    throw new AssemblyError(`${basename(file)} of the stack ${id} is missing from ${dirname(file)}; run "cdk synth" first`);
  }
  return {
    name: artifact.properties!.stackName ?? id,
    displayName: artifact.displayName ?? id,
    directory,
    environment: artifact.environment,
    template: localise(readJson(file) as Template, artifact.environment),
    assets: stackAssets(directory, artifact, artifacts),
    constructPaths: readConstructPaths(directory, artifact.additionalMetadataFile, artifact.metadata),
  };
}

function stackAssets(directory: string, stack: Artifact, artifacts: Artifacts): Assets {
  const manifests = (stack.dependencies ?? [])
    .filter((id) => artifacts[id]?.type === 'cdk:asset-manifest')
    .map((id) => readAssets(directory, artifacts[id].properties!.file, stack.environment));
  return manifests.reduce((all, some) => ({ files: [...all.files, ...some.files], images: [...all.images, ...some.images] }), NO_ASSETS);
}
