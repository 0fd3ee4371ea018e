import { Services } from '../runner/services';
import { Endpoint } from '../runner/systems';
import { demoProviderOf } from './providers';
import { SignedRequest } from './providers/provider';

/** The request by which the provider of an endpoint would send `body` now. */
export function signedRequest({ clock, secrets }: Services, { kind, secretArn, options = {} }: Endpoint, body: Buffer): SignedRequest {
  return demoProviderOf(kind).sign(body, secretArn === undefined ? '' : secrets.value(secretArn), clock.now(), options);
}
