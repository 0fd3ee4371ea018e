import { AwsResponse } from '../kernel/wire';
import { toXml, XmlValue } from './xml';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlAnswer(name: string, content: XmlValue, headers: Readonly<Record<string, string>> = {}): AwsResponse {
  return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body: toXml(name, content, NAMESPACE) };
}
