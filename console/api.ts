import type {
  ArchiveCheck, ArchiveObject, DeadLetterQueue, FaultInfo, JourneyPage, Message, Page, Pulse, Redriven, ScenarioReport, StartPage, Summary, SystemMap,
  WatchPage,
} from '../local/console/model';

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  const body = await response.json() as T & { readonly error?: string };
  if (!response.ok) throw new Error(body.error ?? `The runner answered ${response.status}`);
  return body;
}

function post<T>(path: string, body: object): Promise<T> {
  return call<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

export interface Draft {
  readonly endpoint: string;
  readonly body: string;
  readonly signing: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly requestId: string;
}

/** What can be asked of the runner. */
export const api = {
  start: () => call<StartPage>('start'),
  requests: (query: URLSearchParams) => call<Page>(`requests?${query}`),
  journey: (id: string, event: string) => call<JourneyPage>(`journey?${new URLSearchParams({ id, event })}`),
  map: () => call<SystemMap>('map'),
  watch: () => call<WatchPage>('watch'),
  deadLetters: () => call<DeadLetterQueue[]>('dead-letters'),
  inbox: () => call<Message[]>('inbox'),
  archive: () => call<ArchiveObject[]>('archive'),
  object: (bucket: string, key: string) => call<{ lines: string[]; total: number }>(`object?${new URLSearchParams({ bucket, key })}`),
  sample: (endpoint: string, index: number) => call<{ body: string }>(`sample?${new URLSearchParams({ endpoint, index: String(index) })}`),
  faults: () => call<FaultInfo[]>('faults'),
  send: (draft: Draft) => post<Answer>('send', draft),
  curl: (draft: Draft) => post<{ command: string }>('curl', draft),
  replay: (id: string, signing: 'valid' | 'kept') => post<Answer>('replay', { id, signing }),
  scenario: (name: string, endpoint: string) => post<ScenarioReport>('scenario', { name, endpoint }),
  fault: (fault: object) => post<FaultInfo>('fault', fault),
  endFault: (id?: string) => post('end-fault', { id }),
  redrive: (options: { source?: string; dryRun?: boolean; releaseClaims?: boolean }) => post<Redriven[]>('redrive', options),
  verify: () => post<ArchiveCheck[]>('verify', {}),
  demo: () => post<{ passed: boolean; endpoints: { sent: number }[] }>('demo', {}),
  runArchive: (all: boolean) => post<{ objects: string[] }>('archive', { all }),
};

export interface Listener {
  readonly pulse: (pulse: Pulse) => void;
  readonly rows?: (rows: readonly Summary[]) => void;
  readonly lost: () => void;
}

/** Longer than this without a pulse, and the runner is taken for gone. */
const SILENCE_MS = 3_500;

/** Listens to the runner until the returned function is called; the browser reconnects by itself. */
export function listen(query: URLSearchParams, listener: Listener): () => void {
  const source = new EventSource(`live?${query}`);
  let silence = window.setTimeout(listener.lost, SILENCE_MS);
  source.addEventListener('pulse', (event) => {
    clearTimeout(silence);
    silence = window.setTimeout(listener.lost, SILENCE_MS);
    listener.pulse(JSON.parse((event as MessageEvent<string>).data) as Pulse);
  });
  source.addEventListener('rows', (event) => listener.rows?.(JSON.parse((event as MessageEvent<string>).data) as Summary[]));
  source.addEventListener('error', listener.lost);
  return () => {
    clearTimeout(silence);
    source.close();
  };
}
