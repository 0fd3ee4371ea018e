import { AwsRequest, AwsResponse, ServiceError } from '../kernel/wire';

/** Services that answer in XML. */
const XML = ['s3', 'sns'];

/** The action a request asks for. */
export function actionOf({ method, headers, body }: AwsRequest): string {
  return headers['x-amz-target']?.split('.').pop() ?? new URLSearchParams(body.toString('utf8')).get('Action') ?? method;
}

/** A failure as an SDK expects it from this service. */
export function failureAnswer(service: string, { code, message, status }: ServiceError): AwsResponse {
  if (!XML.includes(service)) {
    return { status, headers: { 'content-type': 'application/json', 'x-amzn-errortype': code }, body: JSON.stringify({ __type: code, message }) };
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'text/xml' }, body: service === 's3' ? error : `<ErrorResponse>${error}</ErrorResponse>` };
}
