import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { ENV, FraudDetectionConfig, ScreeningRequest } from '../../src/contract';
import { CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv, requireJsonEnv } from '../aws/env';
import { captured } from '../aws/telemetry';
import { topicAlerts } from './alert';
import { tableCustomers } from './customers';
import { tableFolds } from './folds';
import { tableFuses } from './fuses';
import { remoteModel } from './model';
import { readsHistory } from './score';
import { screen, ScreenDependencies, ScreeningResult } from './screen';
import { verdictStore } from './verdicts';

const config = requireJsonEnv<FraudDetectionConfig>(ENV.fraud);
const table = requireEnv(ENV.table);
const dynamodb = captured(new DynamoDBClient(CLIENT_OPTIONS));

const dependencies: ScreenDependencies = {
  config,
  verdicts: verdictStore(dynamodb, table),
  customers: readsHistory(config) ? tableCustomers(dynamodb, table, config) : undefined,
  fuses: config.fuse && tableFuses(dynamodb, table, config.fuse),
  folds: config.fold_s === undefined ? undefined : tableFolds(dynamodb, table, config.fold_s),
  model: config.model && remoteModel(config.model, {
    region: requireEnv('AWS_REGION'), credentials: () => dynamodb.config.credentials(), endpoint: process.env.AWS_ENDPOINT_URL,
  }),
  // One attempt: a retry inside the client could send an alert twice.
  send: topicAlerts(captured(new SNSClient({ maxAttempts: 1 })), requireEnv(ENV.topic)),
  now: () => new Date(),
};

/** Task of the transaction workflow. */
export const handler = (request: ScreeningRequest): Promise<ScreeningResult> => screen(request, dependencies);
