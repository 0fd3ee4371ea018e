import type { Credentials, WebhookRequest } from '../../runtime/providers/adapter';
import { adapterOf } from '../../runtime/providers/registry';
import { Runner } from '../runner/runner';
import { Capture } from './capture';
import { credentialsFor, liveSecrets } from './judgement';
import { requestOf } from './request';

interface Guess {
  readonly sentence: string;
  readonly request?: Partial<WebhookRequest>;
  readonly secrets?: readonly string[];
}

/**
 * What a signature that fits nothing would fit: the mistakes that are made again and again.
 * Undefined when none of them explains it.
 */
export function nearMiss(runner: Runner, capture: Capture): string | undefined {
  const { endpoint } = capture;
  if (!endpoint || capture.truncated) return undefined;
  const adapter = adapterOf(endpoint.kind);
  const request = requestOf(capture);
  const fits = ({ request: change, secrets }: Guess): boolean => {
    try {
      const credentials: Credentials = credentialsFor(runner, endpoint, adapter, request);
      adapter.verify({ ...request, ...change }, { ...credentials, ...(secrets && { secrets }) });
      return true;
    } catch {
      return false;
    }
  };
  return [...otherSecrets(runner, capture), ...otherBodies(request)].find(fits)?.sentence;
}

function otherSecrets({ services, systems }: Runner, { endpoint }: Capture): Guess[] {
  const own = liveSecrets(services, endpoint!.secretArn);
  const others = systems.flatMap(({ endpoints }) => endpoints)
    .filter(({ secretArn }) => secretArn !== undefined && secretArn !== endpoint!.secretArn);
  return [
    { sentence: 'It fits the secret without the white space around it: store it again without', secrets: own.map((secret) => secret.trim()) },
    ...others.map(({ name, secretArn }): Guess => ({ sentence: `It fits the secret of the endpoint ${name}`, secrets: liveSecrets(services, secretArn) })),
  ];
}

function otherBodies({ body }: WebhookRequest): Guess[] {
  const text = body.toString('utf8');
  const guess = (sentence: string, changed: string | undefined): Guess[] =>
    (changed === undefined || changed === text ? [] : [{ sentence: `${sentence}: something on the way rewrote the body`, request: { body: Buffer.from(changed) } }]);
  return [
    ...guess('It fits the body without the white space at its ends', text.trim()),
    ...guess('It fits the body with a line break at its end', `${text}\n`),
    ...guess('It fits the same JSON without spaces', printed(text)),
    ...guess('It fits the same JSON with line breaks', printed(text, 2)),
  ];
}

function printed(text: string, space?: number): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, space);
  } catch {
    return undefined;
  }
}
