import { runArchive } from '../control/archive';
import { runDemo } from '../demo/demo';
import { AwsRequest, AwsResponse, ServiceError } from '../kernel/wire';
import { Control } from '../runner/router';
import { Runner } from '../runner/runner';
import { FAULT_TARGETS } from '../simulate/fault-scenarios';
import { EFFECTS, FAULTY_SERVICES, readFault } from '../simulate/faults';
import { runScenario } from '../simulate/run';
import { scenarioOf, SCENARIOS } from '../simulate/scenarios';
import { Counters } from './counters';
import { watchPage } from './dashboard';
import { deadLetterQueues } from './dead-letters';
import { filterOf } from './filter';
import { journeyPage } from './journey';
import { archiveObjects, archiveText, inbox } from './keepsakes';
import { Ledger } from './ledger';
import { liveResponse } from './live';
import { StartPage } from './model';
import { pageFile } from './page';
import { loadRecovery } from './recovery-loader';
import { Draft, draftCurl, draftSample, endpointInfos, replay, sendDraft } from './sending';
import { systemMap } from './system-map';

type Body = Readonly<Record<string, unknown>>;

interface Call {
  readonly query: URLSearchParams;
  readonly body: Body;
}

/** What the page asks for below `/_local/console/`, by method and name. */
type Routes = Readonly<Record<string, (call: Call) => unknown>>;

const PAGE_SIZE = 100;
/** Of each provider: once round the samples, so that every tier and band is among them. */
const DEMO_ROUND = 10;

/** The local console: its page, what the page asks for, and the stream it listens to. */
export function consoleControl(runner: Runner): Control {
  const ledger = new Ledger(runner);
  const counters = new Counters(runner.services.journal);
  const routes: Routes = { ...reading(runner, ledger), ...doing(runner, ledger) };

  return async (request) => {
    const { method, path, query } = request;
    if (method === 'GET' && (path === '/' || path === '/_local/console')) return { status: 302, headers: { location: '/_local/console/' } };
    const name = /^\/_local\/console\/(.*)$/.exec(path)?.[1];
    if (name === undefined) return undefined;
    const file = method === 'GET' ? pageFile(name) : undefined;
    if (file) return file;
    try {
      if (method === 'GET' && name === 'live') return liveResponse(runner, ledger, counters, query.get('rows') === 'none' ? undefined : filterOf(query));
      const route = routes[`${method} ${name}`];
      return route && json(200, await route({ query, body: bodyOf(request) }) ?? {});
    } catch (error) {
      const { message } = error as Error;
      return json(error instanceof ServiceError ? error.status : 400, { error: message });
    }
  };
}

function reading(runner: Runner, ledger: Ledger): Routes {
  return {
    'GET start': () => startPage(runner),
    'GET requests': ({ query }) => ledger.page(filterOf(query), PAGE_SIZE, Number(query.get('before') ?? Infinity)),
    'GET journey': async ({ query }) => {
      const id = query.get('id') ?? '';
      const page = await journeyPage(runner, ledger, id, Number(query.get('event') ?? 0));
      if (!page) throw new ServiceError('NotFound', `There is no request ${id}: it may be from before the runner was started`, 404);
      return page;
    },
    'GET map': () => systemMap(runner.resources),
    'GET watch': () => watchPage(runner),
    'GET dead-letters': () => deadLetterQueues(runner),
    'GET inbox': () => inbox(runner, ledger),
    'GET archive': () => archiveObjects(runner),
    'GET object': ({ query }) => archiveText(runner, query.get('bucket') ?? '', query.get('key') ?? ''),
    'GET sample': ({ query }) => draftSample(runner, query.get('endpoint') ?? '', Number(query.get('index') ?? 0)),
    'GET faults': () => runner.services.faults.all(),
  };
}

function doing(runner: Runner, ledger: Ledger): Routes {
  const { faults, functions, clock } = runner.services;
  // One after the other: a fault of one must not meet the webhooks of another.
  let previous: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = previous.then(work);
    previous = result.catch(() => undefined);
    return result;
  };
  return {
    'POST send': ({ body }) => sendDraft(runner, draftIn(body)),
    'POST curl': ({ body }) => ({ command: draftCurl(runner, draftIn(body)) }),
    'POST replay': ({ body }) => {
      const entry = ledger.get(String(body.id));
      if (!entry) throw new ServiceError('NotFound', `There is no request ${String(body.id)}`, 404);
      return replay(runner, entry.capture, body.signing === 'kept' ? 'kept' : 'valid');
    },
    'POST scenario': ({ body: { name, endpoint } }) => {
      const scenario = scenarioOf(String(name));
      return inTurn(() => runScenario(runner, ledger, scenario, endpoint === undefined ? undefined : String(endpoint)));
    },
    'POST fault': ({ body }) => faults.add(readFault(body, functions.list().map(({ name }) => name))),
    'POST end-fault': ({ body }) => faults.end(body.id === undefined ? undefined : String(body.id)),
    'POST redrive': async ({ body: { source, dryRun, releaseClaims } }) => (await loadRecovery()).redrive(runner, {
      source: source === undefined ? undefined : String(source), dryRun: dryRun === true, releaseClaims: releaseClaims === true,
    }),
    'POST verify': async () => (await loadRecovery()).verify(runner),
    'POST demo': () => inTurn(() => runDemo(runner, DEMO_ROUND)),
    'POST archive': ({ body }) => runArchive(runner, new Date(clock.now() + (body.all === true ? 25 * 3_600_000 : 0))),
  };
}

function startPage(runner: Runner): StartPage {
  return {
    stacks: runner.stacks,
    url: runner.url,
    endpoints: endpointInfos(runner),
    scenarios: SCENARIOS.map(({ name, title, group, sends, expects }) => ({ name, title, group, sends, expects })),
    functions: runner.services.functions.list().map(({ name }) => name),
    services: FAULTY_SERVICES,
    effects: EFFECTS,
    targets: FAULT_TARGETS,
  };
}

function bodyOf({ method, headers, body }: AwsRequest): Body {
  if (method !== 'POST') return {};
  if (!headers['content-type']?.startsWith('application/json')) throw new ServiceError('UnsupportedMediaType', 'The body must be application/json', 415);
  return JSON.parse(body.toString('utf8')) as Body;
}

function draftIn({ endpoint, body, signing, headers }: Body): Draft {
  const allowed = ['valid', 'wrong', 'kept', 'none'];
  if (!allowed.includes(String(signing))) throw new Error(`signing is ${JSON.stringify(signing)}: use one of ${allowed.join(', ')}`);
  return { endpoint: String(endpoint), body: String(body ?? ''), signing: signing as Draft['signing'], headers: headers as Draft['headers'] };
}

function json(status: number, value: unknown): AwsResponse {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: JSON.stringify(value) };
}
