import { sampleTransaction, SAMPLE_BODY, writerOf } from '../demo/samples';
import { curlCommand, signerOf } from '../demo/signing';
import { Runner } from '../runner/runner';

/** A signed command to paste, for a body of the caller's or a sample; it is good for five minutes. */
export function signedCurl(runner: Runner, name: string | undefined, body?: string): string | undefined {
  for (const system of runner.systems) {
    const endpoint = system.endpoints.find((candidate) => (name === undefined ? candidate.isDefault : candidate.name === name));
    if (!endpoint) continue;
    const now = runner.services.clock.now();
    const text = body || (endpoint.kind === 'standard-webhooks' ? SAMPLE_BODY : writerOf(endpoint.kind)(sampleTransaction(2), now).body);
    const signed = signerOf(endpoint.kind)(text, runner.services.secrets.value(endpoint.secretArn), now);
    return curlCommand(runner.endpointUrl(system, endpoint.name), signed);
  }
  return undefined;
}
