import { ServiceError } from '../kernel/wire';

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function tableNotFound(table?: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Requested resource not found${table === undefined ? '' : `: Table: ${table} not found`}`);
}

/** The answer for whatever an action threw: dynalite's own errors carry their wire form, anything else is ours. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { statusCode, body } = error as { statusCode?: number; body?: { __type: string; message?: string; Message?: string } };
  if (statusCode && body) return new ServiceError(body.__type.split('#').pop()!, body.message ?? body.Message ?? '', statusCode);
  return new ServiceError('InternalServerError', `The local DynamoDB failed: ${String(error)}`, 500);
}

export function isConditionFailure(error: unknown): boolean {
  return toServiceError(error).code === 'ConditionalCheckFailedException';
}
