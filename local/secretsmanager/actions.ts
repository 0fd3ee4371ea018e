import { Action, AwsRequest, AwsResponse, notSupported, serveJson, ServiceError } from '../kernel/wire';
import { Secret } from './secret';
import type { Secrets } from './secrets';

const LARGEST_SECRET = 64 * 1024;
const MOST_RESULTS = 100;

/** Answers one request of the Secrets Manager JSON protocol. */
export async function serveSecrets(secrets: Secrets, request: AwsRequest): Promise<AwsResponse> {
  return serveJson('Secrets Manager', '1.1', 'com.amazonaws.secretsmanager', actions(secrets, request.headers['x-amzn-trace-id']), request);
}

function actions(secrets: Secrets, traceHeader: string | undefined): Readonly<Record<string, Action>> {
  return {
    GetSecretValue: async (input) => getSecretValue(secrets, only('GetSecretValue', input, ['SecretId', 'VersionId', 'VersionStage']), traceHeader),
    PutSecretValue: async (input) => {
      const known = ['SecretId', 'ClientRequestToken', 'SecretString', 'SecretBinary', 'VersionStages'];
      return putSecretValue(secrets, only('PutSecretValue', input, known), traceHeader);
    },
    DescribeSecret: async (input) => {
      const secret = secrets.secret(only('DescribeSecret', input, ['SecretId']).SecretId);
      return { ...describe(secret), VersionIdsToStages: secret.stagesById() };
    },
    ListSecrets: async (input) => listSecrets(secrets, only('ListSecrets', input, ['MaxResults', 'NextToken', 'IncludePlannedDeletion'])),
  };
}

/** Refuses members that would be ignored. */
function only<T extends object>(action: string, input: T, names: readonly string[]): T {
  const unknown = Object.keys(input).find((name) => !names.includes(name));
  if (unknown !== undefined) throw notSupported('Secrets Manager', `the parameter ${unknown} of ${action}`);
  return input;
}

function getSecretValue(
  secrets: Secrets,
  { SecretId, VersionId, VersionStage }: { SecretId: string; VersionId?: string; VersionStage?: string },
  traceHeader: string | undefined,
): object {
  const { secret, version } = secrets.get(SecretId, VersionId, VersionStage, traceHeader);
  return {
    ARN: secret.identity.arn,
    Name: secret.identity.name,
    VersionId: version.id,
    SecretString: version.secretString,
    SecretBinary: version.secretBinary,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  };
}

interface PutInput {
  readonly SecretId: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly VersionStages?: string[];
}

function putSecretValue(secrets: Secrets, input: PutInput, traceHeader: string | undefined): object {
  const { SecretId, ClientRequestToken: versionId, SecretString: secretString, SecretBinary: secretBinary, VersionStages: stages } = input;
  if ((secretString === undefined) === (secretBinary === undefined)) {
    throw new ServiceError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  const size = secretString === undefined ? Buffer.byteLength(secretBinary!, 'base64') : Buffer.byteLength(secretString);
  if (size > LARGEST_SECRET) throw new ServiceError('InvalidParameterException', `The secret value is larger than ${LARGEST_SECRET} bytes.`);
  const version = secrets.put(SecretId, { secretString, secretBinary }, { versionId, stages, traceHeader });
  const { arn, name } = secrets.secret(SecretId).identity;
  return { ARN: arn, Name: name, VersionId: version.id, VersionStages: version.stages };
}

function listSecrets(secrets: Secrets, { MaxResults = MOST_RESULTS, NextToken = '0' }: { MaxResults?: number; NextToken?: string }): object {
  const start = Number(NextToken);
  if (!Number.isInteger(start)) throw new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.');
  const all = secrets.all();
  const end = start + MaxResults;
  const SecretList = all.slice(start, end).map((secret) => ({ ...describe(secret), SecretVersionsToStages: secret.stagesById() }));
  return { SecretList, NextToken: end < all.length ? String(end) : undefined };
}

function describe({ identity, changedAt }: Secret): object {
  const { arn, name, description, createdAt } = identity;
  return { ARN: arn, Name: name, Description: description, CreatedDate: createdAt / 1000, LastChangedDate: changedAt / 1000, RotationEnabled: false };
}
