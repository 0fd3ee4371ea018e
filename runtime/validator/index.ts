import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ENV } from '../../src/contract';
import { cachedCertificates } from '../aws/certificates';
import { PROMPT_CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv, requireJsonEnv } from '../aws/env';
import { cachedSecrets } from '../aws/secrets';
import { transactionStore } from '../aws/store';
import { captured } from '../aws/telemetry';
import { ingest } from './ingest';
import { requestOf } from './request';

const dependencies = {
  providers: requireJsonEnv<Parameters<typeof ingest>[2]['providers']>(ENV.providers),
  thresholds: requireJsonEnv<Parameters<typeof ingest>[2]['thresholds']>(ENV.thresholds),
  maxBodyBytes: Number(requireEnv(ENV.maxBodyBytes)),
  certificates: cachedCertificates(),
  secrets: cachedSecrets(captured(new SecretsManagerClient(PROMPT_CLIENT_OPTIONS))),
  store: transactionStore(captured(new DynamoDBClient(PROMPT_CLIENT_OPTIONS)), requireEnv(ENV.table)),
};

/** `POST /webhook` and `POST /webhook/{provider}`. */
export const handler = (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> =>
  ingest(event.pathParameters?.provider, requestOf(event), dependencies);
