import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { ENV } from '../../src/contract';
import { CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv } from '../aws/env';
import { captured } from '../aws/telemetry';
import { eventBridgePublisher } from './publisher';
import { relay } from './relay';

const dependencies = {
  publish: eventBridgePublisher(captured(new EventBridgeClient(CLIENT_OPTIONS)), requireEnv(ENV.bus)),
  published: new Set<string>(),
};

/** DynamoDB stream of the transactions table → event bus. */
export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => relay(event.Records, dependencies);
