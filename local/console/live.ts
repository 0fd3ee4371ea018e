import { LiveResponse } from '../runner/router';
import { Runner } from '../runner/runner';
import { pendingWork } from '../runner/services';
import { Counters } from './counters';
import { Filter, matches } from './filter';
import { Ledger } from './ledger';
import { Pulse, Summary } from './model';

const PULSE_MS = 1_000;
const ROWS_MS = 150;
/** A page shows no more; in a burst the older of them were gone before anybody saw them. */
const MOST_ROWS = 100;

/** Server-sent events: a pulse every second and, where a filter is given, the rows that changed, several times a second at most. */
export function liveResponse(runner: Runner, ledger: Ledger, counters: Counters, filter: Filter | undefined): LiveResponse {
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  return { status: 200, headers, live: (write) => follow(runner, ledger, counters, filter, write) };
}

function follow(runner: Runner, ledger: Ledger, counters: Counters, filter: Filter | undefined, write: (text: string) => void): () => void {
  const changed = new Map<string, Summary>();
  const send = (event: string, data: unknown) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const pulse = () => send('pulse', pulseOf(runner, ledger, counters));
  const unsubscribe = filter === undefined ? () => undefined : ledger.subscribe(({ summary, searchable }) => {
    changed.delete(summary.id);
    if (matches(summary, searchable, filter)) changed.set(summary.id, summary);
    if (changed.size > MOST_ROWS) changed.delete(changed.keys().next().value!);
  });
  const rows = setInterval(() => {
    if (changed.size === 0) return;
    send('rows', [...changed.values()]);
    changed.clear();
  }, ROWS_MS);
  const beat = setInterval(pulse, PULSE_MS);
  pulse();
  return () => {
    unsubscribe();
    clearInterval(rows);
    clearInterval(beat);
  };
}

function pulseOf({ services }: Runner, ledger: Ledger, counters: Counters): Pulse {
  return {
    now: new Date(services.clock.now()).toISOString(),
    received: ledger.received,
    pending: Object.values(pendingWork(services)).reduce((sum, count) => sum + count, 0),
    faults: services.faults.all().length,
    counts: counters.all(),
  };
}
