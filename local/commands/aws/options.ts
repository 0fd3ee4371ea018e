/** Options that every command that talks to AWS takes. */
export const AWS_OPTIONS = {
  region: { type: 'string' },
  endpoint: { type: 'string' },
} as const;

export interface AwsOptions {
  readonly region?: string;
  readonly endpoint?: string;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

/** What every client is made with: the SDK's own resolution, or a local runner, which never sees real credentials. */
export function clientOptions({ region, endpoint }: AwsOptions): object {
  if (endpoint === undefined) return { ...(region && { region }) };
  if (!URL.canParse(endpoint)) throw new Error(`--endpoint is ${JSON.stringify(endpoint)}: use a URL, e.g. http://127.0.0.1:8787`);
  if (!isLocal(endpoint)) return { endpoint, ...(region && { region }), forcePathStyle: true };
  return {
    endpoint,
    region: region ?? 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'local' },
    forcePathStyle: true,
    // SQS names its queues by URL; those of a local runner are on its own port.
    useQueueUrlAsEndpoint: false,
  };
}

export function isLocal(endpoint: string | undefined): boolean {
  return endpoint !== undefined && URL.canParse(endpoint) && LOOPBACK.test(new URL(endpoint).hostname);
}
