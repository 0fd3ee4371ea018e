import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEMO_AUTHORITY, DEMO_CERTIFICATE } from '../demo/paypal-certificate';
import { Journal } from '../kernel/journal';
import { AwsRequest, AwsResponse } from '../kernel/wire';
import { preloadFor } from './preload';

/** Where PayPal publishes what it signs with. */
const PAYPAL_CERTIFICATE = /^(?:api|api-m)(?:\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\/[\w-]+$/;

/** The world beyond this machine, as handlers find it: simulated or refused, never reached. */
export class Outside {
  private directory?: string;

  public constructor(private readonly runnerUrl: string, private readonly journal: Journal) {}

  /** What leads a handler's `fetch` here and has it trust the demo's authority. */
  public environment(): Readonly<Record<string, string>> {
    const directory = this.directory ??= this.writeFiles();
    return {
      NODE_OPTIONS: `--import=${pathToFileURL(join(directory, 'preload.mjs')).href}`,
      NODE_EXTRA_CA_CERTS: join(directory, 'authorities.pem'),
    };
  }

  /** Answers for `/_local/outside/{host}/{path}`. */
  public handle({ method, path }: AwsRequest): AwsResponse {
    const address = path.split('/').slice(3).join('/');
    const answer = method === 'GET' && PAYPAL_CERTIFICATE.test(address)
      ? { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: DEMO_CERTIFICATE + DEMO_AUTHORITY }
      : { status: 502, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: `The local runner reaches nothing outside: ${method} ${address}` }) };
    this.journal.record('outside', 'RequestAnswered', { method, address, status: answer.status });
    return answer;
  }

  /** What a handler would be given at an address, and the authority it would trust: for those who retrace it. */
  public certificateAt(url: string): { readonly certificate?: string; readonly authority: string } {
    const isThere = PAYPAL_CERTIFICATE.test(url.replace(/^https:\/\//, ''));
    return { ...(isThere && { certificate: DEMO_CERTIFICATE + DEMO_AUTHORITY }), authority: DEMO_AUTHORITY };
  }

  public stop(): void {
    if (this.directory) rmSync(this.directory, { recursive: true, force: true });
    this.directory = undefined;
  }

  private writeFiles(): string {
    const directory = mkdtempSync(join(tmpdir(), 'webhook-outside-'));
    writeFileSync(join(directory, 'preload.mjs'), preloadFor(this.runnerUrl));
    writeFileSync(join(directory, 'authorities.pem'), DEMO_AUTHORITY);
    return directory;
  }
}
