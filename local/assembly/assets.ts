import { join, resolve } from 'node:path';
import { readJson } from './files';
import { localise } from './localise';

/** A file or directory the CDK would upload to S3. */
export interface FileAsset {
  /** Key in the assets bucket, which templates refer to. */
  readonly objectKey: string;
  readonly path: string;
  /** `zip`: a directory to be zipped; `file`: uploaded as it is. */
  readonly packaging: 'zip' | 'file';
}

/** A container image the CDK would build and push. */
export interface ImageAsset {
  readonly repositoryName: string;
  readonly imageTag: string;
  /** The build context. */
  readonly directory: string;
  readonly dockerFile: string;
  /** E.g. `linux/arm64`. */
  readonly platform?: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Other options of the build that change what the image holds. */
  readonly buildOptions: readonly string[];
}

/** What the asset manifest of a stack lists. */
export interface Assets {
  readonly files: readonly FileAsset[];
  readonly images: readonly ImageAsset[];
}

export const NO_ASSETS: Assets = { files: [], images: [] };

interface Source {
  readonly path?: string;
  readonly packaging?: 'zip' | 'file';
  readonly directory?: string;
  readonly dockerFile?: string;
  readonly platform?: string;
  readonly dockerBuildArgs?: Readonly<Record<string, string>>;
}

interface Entry {
  readonly source: Source;
  readonly destinations: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Manifest {
  readonly files?: Readonly<Record<string, Entry>>;
  readonly dockerImages?: Readonly<Record<string, Entry>>;
}

export function readAssets(directory: string, file: string, environment?: string): Assets {
  const manifest = localise(readJson(join(directory, file)) as Manifest, environment);
  return {
    files: Object.values(manifest.files ?? {}).flatMap((entry) => fileAssets(directory, entry)),
    images: Object.values(manifest.dockerImages ?? {}).flatMap((entry) => imageAssets(directory, entry)),
  };
}

function fileAssets(directory: string, { source, destinations }: Entry): FileAsset[] {
  if (source.path === undefined) return [];
  const path = resolve(directory, source.path);
  return Object.values(destinations).map(({ objectKey }) => ({ objectKey, path, packaging: source.packaging ?? 'file' }));
}

const CONTENT_OPTIONS = ['dockerBuildTarget', 'dockerBuildContexts', 'dockerBuildSecrets'];

function imageAssets(directory: string, { source, destinations }: Entry): ImageAsset[] {
  if (source.directory === undefined) return [];
  return Object.values(destinations).map(({ repositoryName, imageTag }) => ({
    repositoryName,
    imageTag,
    directory: resolve(directory, source.directory!),
    dockerFile: source.dockerFile ?? 'Dockerfile',
    platform: source.platform,
    buildArguments: source.dockerBuildArgs ?? {},
    buildOptions: CONTENT_OPTIONS.filter((option) => option in source),
  }));
}
