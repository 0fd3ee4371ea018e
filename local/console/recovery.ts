import { verifyArchive, VerifyReport } from '../commands/archive/verify';
import { clientOptions } from '../commands/aws/options';
import { LETTER_SOURCES, LetterSource, Outcome } from '../commands/redrive/report';
import { redriveSources } from '../commands/redrive/sources';
import { Runner } from '../runner/runner';
import { localBucket } from './local-bucket';
import { namesOfSystems } from './names';

/*
 * What the commands for deployed systems do, done to the systems of the runner. In a module of its own:
 * the AWS clients are loaded when somebody asks for this, not when the runner starts.
 */

export interface RedriveRequest {
  /** All of them without it. */
  readonly source?: string;
  readonly dryRun: boolean;
  readonly releaseClaims: boolean;
}

export async function redrive({ resources, url, services }: Runner, { source, dryRun, releaseClaims }: RedriveRequest): Promise<readonly Outcome[]> {
  if (source !== undefined && !LETTER_SOURCES.includes(source as LetterSource)) {
    throw new Error(`source is ${JSON.stringify(source)}: use one of ${LETTER_SOURCES.join(', ')}`);
  }
  const sources = LETTER_SOURCES.filter((one) => source === undefined || one === source);
  const outcomes: Outcome[] = [];
  const report = { add: (outcome: Outcome) => void outcomes.push(outcome) };
  for (const names of namesOfSystems(resources)) {
    await redriveSources(sources, names, clientOptions({ endpoint: url }), {
      endpoint: url, dryRun, releaseClaims, before: new Date(services.clock.now()), report,
    });
  }
  return outcomes;
}

export interface BucketReport extends VerifyReport {
  readonly bucket: string;
}

export async function verify({ resources, services }: Runner): Promise<readonly BucketReport[]> {
  return Promise.all(namesOfSystems(resources).map(async (names) => {
    const bucket = names.require('bucket');
    return { bucket, ...await verifyArchive(localBucket(services.buckets, bucket)) };
  }));
}
