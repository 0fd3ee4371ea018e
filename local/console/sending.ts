import { adapterOf } from '../../runtime/providers/registry';
import { curlCommand } from '../demo/curl-command';
import { Runner } from '../runner/runner';
import { otherSecret, OutgoingWebhook, sampleBody, sampleTransaction, secretOf, signWebhook } from '../simulate/sender';
import { Answer, post, Stage } from '../simulate/shots';
import { Capture } from './capture';
import { EndpointInfo } from './model';

/** How a body is signed: anew and right, anew with a secret nobody shares, or not at all: with the headers as they are. */
export type Signing = 'valid' | 'wrong' | 'kept' | 'none';

export interface Draft {
  readonly endpoint: string;
  readonly body: string;
  readonly signing: Signing;
  /** Headers to send as they are, for `kept`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function endpointInfos(runner: Runner): EndpointInfo[] {
  return runner.systems.flatMap((system) => system.endpoints.map(({ name, kind }) => (
    { system: system.name, name, kind, title: adapterOf(kind).description.title, url: runner.endpointUrl(system, name) })));
}

export function stageOf(runner: Runner, endpointName: string): Stage {
  for (const system of runner.systems) {
    const endpoint = system.endpoints.find(({ name }) => name === endpointName);
    if (endpoint) return { runner, system, endpoint };
  }
  throw new Error(`endpoint is ${JSON.stringify(endpointName)}: use one of ${endpointInfos(runner).map(({ name }) => name).join(', ')}`);
}

/** A fresh payment as the provider writes it, to be edited. */
export function draftSample(runner: Runner, endpointName: string, index: number): { readonly body: string } {
  const { endpoint } = stageOf(runner, endpointName);
  return { body: sampleBody(endpoint, runner.services.clock.now(), sampleTransaction(index)).toString('utf8') };
}

export function sendDraft(runner: Runner, draft: Draft): Promise<Answer> {
  const stage = stageOf(runner, draft.endpoint);
  return post(stage, webhookOf(stage, draft));
}

/** A draft as a command to paste. */
export function draftCurl(runner: Runner, draft: Draft): string {
  const stage = stageOf(runner, draft.endpoint);
  const { headers, body } = webhookOf(stage, draft);
  return curlCommand(runner.endpointUrl(stage.system, draft.endpoint), { headers, body });
}

/** Sends a past request once more: byte for byte, or, when its signature would be too old by now, signed anew. */
export function replay(runner: Runner, { endpoint, system, headers, body, truncated }: Capture, signing: 'kept' | 'valid'): Promise<Answer> {
  if (!endpoint || !system) throw new Error('The request was for no endpoint there is');
  if (truncated) throw new Error('The body is too large to have been kept whole');
  const sent: OutgoingWebhook = { body, headers: own(Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.join(', ')]))) };
  return post({ runner, system, endpoint }, signing === 'kept' ? sent : signWebhook(runner.services, endpoint, body, { again: sent }));
}

function webhookOf({ runner: { services }, endpoint }: Stage, { body, signing, headers = {} }: Draft): OutgoingWebhook {
  const bytes = Buffer.from(body);
  if (signing === 'kept') return { body: bytes, headers: own(headers) };
  const secret = signing === 'wrong' ? otherSecret(secretOf(services, endpoint)) : undefined;
  const signed = signWebhook(services, endpoint, bytes, { secret });
  return signing === 'none' ? { ...signed, headers: { 'content-type': signed.headers['content-type'] } } : signed;
}

/** Headers of the connection are made anew. */
const OF_THE_CONNECTION = /^(?:host|connection|content-length|transfer-encoding|accept-encoding|keep-alive|expect|upgrade|x-amzn-trace-id|sec-.*)$/;

function own(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.test(name.toLowerCase())));
}
