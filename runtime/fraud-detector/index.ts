import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { ENV, FraudDetectionConfig, ScreeningRequest } from '../../src/contract';
import { CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv, requireJsonEnv } from '../aws/env';
import { captured } from '../aws/telemetry';
import { topicAlerts } from './alert';
import { screen, ScreeningResult } from './screen';
import { verdictStore } from './verdicts';

const dependencies = {
  config: requireJsonEnv<FraudDetectionConfig>(ENV.fraud),
  verdicts: verdictStore(captured(new DynamoDBClient(CLIENT_OPTIONS)), requireEnv(ENV.table)),
  // One attempt: a retry inside the client could send an alert twice.
  send: topicAlerts(captured(new SNSClient({ maxAttempts: 1 })), requireEnv(ENV.topic)),
  now: () => new Date(),
};

/** Task of the transaction workflow. */
export const handler = (request: ScreeningRequest): Promise<ScreeningResult> => screen(request, dependencies);
