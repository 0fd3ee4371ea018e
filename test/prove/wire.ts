import { Clock } from '../../local/kernel/clock';
import { AwsRequest, AwsResponse, ServiceError } from '../../local/kernel/wire';
import { serviceOf, servicesByName } from '../../local/runner/router';
import { Services } from '../../local/runner/services';
import { failureAnswer } from '../../local/simulate/fault-answer';
import { CALL_FAULTS, Fault, Plan } from './faults';
import type { WireRequest, WireResponse } from './transport';

/** The environment a call comes from. */
export interface Caller {
  readonly name: string;
  readonly alive: () => boolean;
  readonly kill: () => void;
}

const LATE_MS = 2_000;
const OUTAGE_MS = 10 * 60_000;
const THROTTLING: Readonly<Record<string, readonly [code: string, status: number]>> = {
  dynamodb: ['ProvisionedThroughputExceededException', 400],
  events: ['ThrottlingException', 400],
  s3: ['SlowDown', 503],
  secretsmanager: ['ThrottlingException', 400],
  sns: ['Throttled', 429],
};

/** The network between handlers and services: where calls go wrong. */
export class Wire {
  /** Requests a service is at work on. */
  public busy = 0;
  /** Grows with everything that happens. */
  public activity = 0;
  private readonly handles: ReturnType<typeof servicesByName>;
  /** When a service that is out of order is well again. */
  private readonly outages = new Map<string, number>();
  /** The SDK names all attempts of a call alike. */
  private readonly faultOf = new Map<string, { fault?: Fault; attempts: number }>();

  public constructor(services: Services, private readonly clock: Clock, private readonly plan: Plan) {
    this.handles = servicesByName(services);
  }

  public async send(caller: Caller, wire: WireRequest): Promise<WireResponse> {
    this.activity += 1;
    if (!caller.alive()) return forever();
    const request = awsRequest(wire);
    const service = serviceOf(request)!;
    const met = this.fault(caller, request);
    met.attempts += 1;
    if (met.fault === 'outage' && !this.outages.has(service)) this.outages.set(service, this.clock.now() + OUTAGE_MS);
    if (this.clock.now() < (this.outages.get(service) ?? 0)) return refusal(service);
    return this.perform(met.fault, met.attempts, caller, service, request);
  }

  private async perform(fault: Fault | undefined, attempt: number, caller: Caller, service: string, request: AwsRequest): Promise<WireResponse> {
    const work = () => this.answer(caller, service, request);
    switch (fault) {
      case 'refused': return refusal(service);
      case 'throttled': {
        const [code, status] = THROTTLING[service];
        return wireResponse(failureAnswer(service, new ServiceError(code, 'Rate exceeded', status)));
      }
      case 'reset':
        if (attempt === 1) throw connectionReset();
        return work();
      case 'answer lost': {
        const answer = await work();
        if (attempt === 1) throw connectionReset();
        return answer;
      }
      case 'answers lost':
        await work();
        return wireResponse(failureAnswer(service, new ServiceError('InternalFailure', 'The service failed after the fact', 500)));
      case 'timeout before': return forever();
      case 'timeout after':
        await work();
        return forever();
      case 'killed before':
        caller.kill();
        return forever();
      case 'killed after':
        await work();
        caller.kill();
        return forever();
      case 'killed, late effect':
        caller.kill();
        this.clock.at(this.clock.now() + LATE_MS, () => void this.handle(service, request));
        return forever();
      case 'partial failure': return attempt === 1 ? this.putSome(caller, request) : work();
      default: return work();
    }
  }

  private fault(caller: Caller, request: AwsRequest): { fault?: Fault; attempts: number } {
    const id = request.headers['amz-sdk-invocation-id'];
    const known = this.faultOf.get(id);
    if (known) return known;
    const action = actionName(request);
    const faults: readonly Fault[] = action === 'PutEvents' ? [...CALL_FAULTS, 'partial failure'] : CALL_FAULTS;
    const met = { fault: this.plan.meet(caller.name, action, faults), attempts: 0 };
    this.faultOf.set(id, met);
    return met;
  }

  /** An answer to who has died meanwhile reaches nobody. */
  private async answer(caller: Caller, service: string, request: AwsRequest): Promise<WireResponse> {
    const response = await this.handle(service, request);
    return caller.alive() ? wireResponse(response) : forever();
  }

  private async handle(service: string, request: AwsRequest): Promise<AwsResponse> {
    this.busy += 1;
    try {
      return await this.handles[service].handle(request);
    } finally {
      this.busy -= 1;
      this.activity += 1;
    }
  }

  private async putSome(caller: Caller, request: AwsRequest): Promise<WireResponse> {
    const { Entries } = JSON.parse(request.body.toString()) as { Entries: object[] };
    const passes = (index: number) => index % 2 === 1;
    const passing = Entries.filter((_, index) => passes(index));
    const { Entries: put } = passing.length === 0 ? { Entries: [] } : JSON.parse(
      (await this.answer(caller, 'events', { ...request, body: Buffer.from(JSON.stringify({ Entries: passing })) })).body.toString(),
    ) as { Entries: object[] };
    const results = Entries.map((_, index) => (passes(index) ? put.shift() : { ErrorCode: 'InternalFailure', ErrorMessage: 'The entry failed' }));
    const body = JSON.stringify({ FailedEntryCount: Entries.length - passing.length, Entries: results });
    return wireResponse({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body });
  }
}

function refusal(service: string): WireResponse {
  return wireResponse(failureAnswer(service, new ServiceError('InternalFailure', 'The service failed', 500)));
}

function forever<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'ECONNRESET' });
}

function actionName({ method, headers, query, body }: AwsRequest): string {
  const target = headers['x-amz-target']?.split('.').pop() ?? query.get('x-id') ?? undefined;
  if (target) return target;
  if (query.has('list-type')) return 'ListObjects';
  return method === 'HEAD' ? 'HeadObject' : new URLSearchParams(body.toString()).get('Action') ?? method;
}

function awsRequest({ method, path, query = {}, headers, body = '' }: WireRequest): AwsRequest {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) parameters.append(name, one);
  }
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path, query: parameters, headers: lower, body: Buffer.from(body as string) };
}

function wireResponse({ status, headers = {}, body = '' }: AwsResponse): WireResponse {
  return { statusCode: status, headers, body: Buffer.from(body as string) };
}
