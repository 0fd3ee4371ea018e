import type { APIGatewayProxyResult } from 'aws-lambda';
import type { StoreOutcome } from '../aws/store';
import type { Acknowledgement } from '../providers/adapter';
import type { Rejection } from '../providers/rejection';
import type { Row } from '../transaction/row';

const MESSAGE: Readonly<Record<StoreOutcome, string>> = {
  stored: 'Transaction processed successfully',
  duplicate: 'Transaction already processed',
  conflict: 'Event id already known with another body; kept for review',
};

/** 2xx whatever the outcome: a duplicate or a conflict would only be retried. */
export function accepted(row: Row, outcome: StoreOutcome): APIGatewayProxyResult {
  return answer(200, {
    message: MESSAGE[outcome],
    transaction_id: row.event.transaction_id,
    timestamp: row.received_at,
    ...(outcome === 'duplicate' && { duplicate: true }),
    ...(outcome === 'conflict' && { conflict: true }),
  });
}

/** A webhook without events, such as a test notification. */
export function acceptedWithoutEvents(timestamp: string): APIGatewayProxyResult {
  return answer(200, { message: 'Nothing to process', timestamp });
}

/** What the provider expects to hear. */
export function acknowledged({ status, contentType, body }: Acknowledgement): APIGatewayProxyResult {
  return { statusCode: status, headers: { 'Content-Type': contentType }, body };
}

export function rejected(rejection: Rejection): APIGatewayProxyResult {
  return answer(rejection.status, { error: rejection.publicMessage });
}

/** Nothing was stored: the provider shall try again. */
export function unavailable(): APIGatewayProxyResult {
  return answer(503, { error: 'Temporarily unavailable, please retry' });
}

function answer(statusCode: number, body: object): APIGatewayProxyResult {
  return { statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
