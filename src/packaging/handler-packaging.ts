import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aws_ecr as ecr, aws_ecr_assets as ecrAssets, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { check, refuseToken } from '../validate';

const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** A name and a tag or a digest; without one the same template would deploy other images later. */
const IMAGE = /^[a-z0-9][a-z0-9._-]*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/** Options of handlers packaged as container images. */
export interface ContainerPackagingOptions {
  /**
   * Image to build on, with a tag or a digest: e.g. a mirror of the AWS Lambda Node.js 24 image.
   *
   * @default - the public AWS Lambda base image for Node.js 24
   */
  readonly baseImage?: string;
}

/** An image in a repository of your own. */
export interface EcrImage {
  /** Where the image is. In another account its policy has to let AWS Lambda pull. */
  readonly repository: ecr.IRepository;

  /** Tag of the image, e.g. `1.4.0`, or its digest, `sha256:` with 64 hexadecimal digits. */
  readonly tagOrDigest: string;
}

/** Images of the four functions, each built from `assets/<function>` of this package for linux/arm64. */
export interface EcrPackagingOptions {
  /** Built from `assets/validator`. */
  readonly validator: EcrImage;

  /** Built from `assets/relay`. */
  readonly relay: EcrImage;

  /** Built from `assets/fraud-detector`. */
  readonly fraudDetector: EcrImage;

  /** Built from `assets/archiver`. */
  readonly archiver: EcrImage;
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

  /**
   * Images that a pipeline of yours has built and pushed to Amazon ECR before the deployment, e.g.
   * into a `HandlerRepository` for each function.
   */
  public static fromEcr(images: EcrPackagingOptions): HandlerPackaging {
    return new EcrPackaging(images);
  }

  /** @internal */
  public abstract _createFunction(scope: Construct, id: string, handler: string, options: lambda.FunctionOptions): lambda.Function;
}

class ContainerPackaging extends HandlerPackaging {
  public constructor(private readonly options: ContainerPackagingOptions) {
    super();
    const { baseImage } = options;
    refuseToken('packaging baseImage', baseImage);
    check(
      baseImage === undefined || IMAGE.test(baseImage), 'packaging baseImage', baseImage,
      'use <registry>/<name>:<tag> or <registry>/<name>@sha256:<digest>, e.g. registry.example.com/lambda/nodejs:24',
    );
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

class EcrPackaging extends HandlerPackaging {
  private readonly images: { readonly [handler: string]: EcrImage };

  public constructor({ validator, relay, fraudDetector, archiver }: EcrPackagingOptions) {
    super();
    for (const [prop, { tagOrDigest }] of Object.entries({ validator, relay, fraudDetector, archiver })) {
      check(
        TAG.test(tagOrDigest) || DIGEST.test(tagOrDigest), `packaging ${prop}.tagOrDigest`, tagOrDigest,
        'use a tag such as 1.4.0, or a digest: sha256: and 64 hexadecimal digits',
      );
    }
    this.images = { validator, relay, 'fraud-detector': fraudDetector, archiver };
  }

  public _createFunction(scope: Construct, id: string, handler: string, options: lambda.FunctionOptions): lambda.Function {
    const { repository, tagOrDigest } = this.images[handler];
    return new lambda.DockerImageFunction(scope, id, {
      ...options,
      architecture: lambda.Architecture.ARM_64,
      // Lets AWS Lambda pull, where the repository belongs to the app.
      code: lambda.DockerImageCode.fromEcr(repository, { tagOrDigest }),
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
