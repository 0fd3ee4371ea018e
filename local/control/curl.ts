import { curlCommand } from '../demo/curl-command';
import { demoProviderOf } from '../demo/providers';
import { SAMPLE_BODY, sampleTransaction } from '../demo/samples';
import { signedRequest } from '../demo/signed';
import { Runner } from '../runner/runner';
import { Endpoint } from '../runner/systems';

/** A signed command to paste, for a body of the caller's or a sample; most are good for five minutes. */
export function signedCurl(runner: Runner, name: string | undefined, body?: Buffer): string | undefined {
  for (const system of runner.systems) {
    const endpoint = system.endpoints.find((candidate) => (name === undefined ? candidate.isDefault : candidate.name === name));
    if (!endpoint) continue;
    const signed = signedRequest(runner.services, endpoint, body ?? sampleFor(endpoint, runner.services.clock.now()));
    return curlCommand(runner.endpointUrl(system, endpoint.name), signed);
  }
  return undefined;
}

function sampleFor({ kind, options = {} }: Endpoint, now: number): Buffer {
  return Buffer.from(kind === 'standard-webhooks' ? SAMPLE_BODY : demoProviderOf(kind).write(sampleTransaction(2), now, options).body);
}
