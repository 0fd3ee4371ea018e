import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { signedHeaders } from '../../../runtime/aws/signed-fetch';

/** Appends a line to a log group, as EventBridge does for a target. */
export type LogWriter = (groupArn: string, message: string, timestamp: number) => Promise<void>;

/** Tells brought back lines from those that EventBridge wrote. */
const STREAM = 'redrive';
const DOMAIN: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };

/** Two calls that are not worth a client of their own: they borrow the credentials of the one at hand. */
export function logWriter(client: EventBridgeClient, endpoint: string | undefined): LogWriter {
  return async (groupArn, message, timestamp) => {
    const { partition, region, logGroupName } = partsOf(groupArn);
    const url = new URL(endpoint ?? `https://logs.${region}.${DOMAIN[partition] ?? 'amazonaws.com'}/`);
    const call = async (action: string, input: object): Promise<Record<string, unknown>> => {
      const body = JSON.stringify({ logGroupName, logStreamName: STREAM, ...input });
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${action}` };
      const signed = signedHeaders({ service: 'logs', region, url, headers, body }, await client.config.credentials(), new Date());
      const answer = await fetch(url, { method: 'POST', headers: signed, body });
      const text = await answer.text();
      const value = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      if (answer.ok) return value;
      const name = String(value.__type ?? answer.status).split('#').pop();
      throw Object.assign(new Error(`${name}: ${String(value.message ?? value.Message ?? 'no reason given')}`), { name });
    };
    await call('CreateLogStream', {}).catch((error: Error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error;
    });
    const { rejectedLogEventsInfo } = await call('PutLogEvents', { logEvents: [{ timestamp, message }] });
    if (rejectedLogEventsInfo) throw new Error(`the log group refused it: ${JSON.stringify(rejectedLogEventsInfo)}`);
  };
}

function partsOf(groupArn: string): { partition: string; region: string; logGroupName: string } {
  const [, partition, region, logGroupName] = /^arn:([^:]+):logs:([^:]+):[^:]*:log-group:([^:]+)/.exec(groupArn) ?? [];
  if (!logGroupName) throw new Error(`${groupArn} is not the ARN of a log group`);
  return { partition, region, logGroupName };
}
