import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aws_ecr_assets as ecrAssets, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Options of handlers packaged as container images. */
export interface ContainerPackagingOptions {
  /**
   * Image to build on, e.g. a mirror of the AWS Lambda Node.js 24 image.
   *
   * @default - the public AWS Lambda base image for Node.js 24
   */
  readonly baseImage?: string;
}

/** How the bundled handlers reach AWS Lambda. */
export abstract class HandlerPackaging {
  /**
   * An arm64 container image per function, built by the CDK CLI at deployment.
   * The Dockerfiles only copy, so any host can build them without emulation.
   */
  public static container(options: ContainerPackagingOptions = {}): HandlerPackaging {
    return new ContainerPackaging(options);
  }

  /** A zip archive per function, for hosts without a container engine. The bundles are the same. */
  public static zip(): HandlerPackaging {
    return new ZipPackaging();
  }

  /** @internal */
  public abstract _createFunction(scope: Construct, id: string, handler: string, options: lambda.FunctionOptions): lambda.Function;
}

class ContainerPackaging extends HandlerPackaging {
  public constructor(private readonly options: ContainerPackagingOptions) {
    super();
  }

  public _createFunction(scope: Construct, id: string, handler: string, options: lambda.FunctionOptions): lambda.Function {
    return new lambda.DockerImageFunction(scope, id, {
      ...options,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.DockerImageCode.fromImageAsset(bundleOf(handler), {
        platform: ecrAssets.Platform.LINUX_ARM64,
        buildArgs: this.options.baseImage ? { BASE_IMAGE: this.options.baseImage } : undefined,
      }),
    });
  }
}

class ZipPackaging extends HandlerPackaging {
  public _createFunction(scope: Construct, id: string, handler: string, options: lambda.FunctionOptions): lambda.Function {
    return new lambda.Function(scope, id, {
      ...options,
      architecture: lambda.Architecture.ARM_64,
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundleOf(handler), { exclude: ['Dockerfile', '.dockerignore'] }),
    });
  }
}

function bundleOf(handler: string): string {
  const directory = join(__dirname, '..', '..', 'assets', handler);
  if (!existsSync(join(directory, 'index.mjs'))) {
    throw new Error(`The handler bundle ${handler} is missing from ${directory}: reinstall the package, or run "npx projen bundle" in its repository`);
  }
  return directory;
}
