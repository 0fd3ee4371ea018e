import type { FaultInfo, ScenarioInfo, ScenarioReport, StartPage } from '../../local/console/model';
import { api } from '../api';
import { badge, button, field, h, select } from '../dom';
import type { Context } from '../page';

const GROUPS = [['provider', 'The provider misbehaves'], ['services', 'Services misbehave']] as const;

export async function scenariosView({ start }: Context): Promise<HTMLElement> {
  const endpoint = select(start.endpoints.map(({ name }) => [name, name] as const), { name: 'endpoint' });
  const cards = new Map(start.scenarios.map((scenario) => [scenario.name, card(scenario, () => endpoint.value)]));
  const all = button('Run all', async () => {
    for (const { run } of cards.values()) await run();
  });
  return h('div', { class: 'scenarios' },
    h('div', { class: 'title' }, h('h1', {}, 'Scenarios'), h('span', { class: 'grow' }), all),
    h('p', { class: 'quiet' }, 'What goes wrong in practice, and what must come of it. The same list runs in CI: ', h('code', {}, 'npx cdk-webhook-processing simulate all')),
    h('div', { class: 'filters' }, field('Endpoint', endpoint, 'wide')),
    GROUPS.map(([group, title]) => [
      h('h2', {}, title),
      h('div', { class: 'cards' }, start.scenarios.filter((one) => one.group === group).map(({ name }) => cards.get(name)!.element)),
    ]),
    trialPanel(start, () => endpoint.value),
    await faultPanel(start));
}

interface Card {
  readonly element: HTMLElement;
  run(): Promise<void>;
}

function card({ name, title, sends, expects }: ScenarioInfo, endpoint: () => string): Card {
  const result = h('div', { 'class': 'result', 'aria-live': 'polite' });
  const run = () => play(name, endpoint(), result);
  return {
    run,
    element: h('article', { 'class': 'card', 'data-scenario': name },
      h('div', { class: 'title' }, h('h3', {}, title), h('span', { class: 'grow' }), button('Run', run, { 'aria-label': `Run ${title}` })),
      h('p', {}, `${sends}.`), h('p', { class: 'quiet' }, `${expects}.`), result),
  };
}

async function play(name: string, endpoint: string, result: HTMLElement): Promise<void> {
  result.replaceChildren(h('p', { class: 'quiet' }, 'Running …'));
  try {
    result.replaceChildren(report(await api.scenario(name, endpoint)));
  } catch (error) {
    result.replaceChildren(h('p', { class: 'problem' }, (error as Error).message));
  }
}

function report({ passed, skipped, ms, checks, requests }: ScenarioReport): HTMLElement {
  if (skipped !== undefined) return h('p', { class: 'quiet' }, `Not tried: ${skipped}`);
  const links = requests.slice(0, 5);
  return h('div', {},
    h('p', {}, badge(passed ? 'as expected' : 'not as expected', passed ? 'good' : 'rejected'), h('span', { class: 'quiet' }, ` ${(ms / 1000).toFixed(1)} s`)),
    h('table', { class: 'checks' }, h('caption', { class: 'hidden' }, 'Checks'), h('tbody', {}, checks.map((check) => h('tr', { class: check.passed ? 'good' : 'off' },
      h('td', {}, h('span', { 'role': 'img', 'aria-label': check.passed ? 'yes' : 'no' }, check.passed ? '✓' : '✕')),
      h('th', { scope: 'row' }, check.what), h('td', {}, check.passed ? check.actual : `${check.actual}, expected ${check.expected}`))))),
    h('p', {}, 'Journeys: ', links.map((id, index) => [index > 0 && ', ', h('a', { href: `#/request/${id}` }, `${index + 1}`)]), requests.length > links.length && `, … ${requests.length} in all`));
}

/** Any effect on anything, with a payment to see what comes of it. */
function trialPanel({ targets, effects }: StartPage, endpoint: () => string): HTMLElement {
  const target = select(targets.map((name) => [name, name] as const), { name: 'trial-target' });
  const effect = select(effects.map((name) => [name, name] as const), { name: 'trial-effect' });
  const result = h('div', { 'class': 'result', 'aria-live': 'polite' });
  const run = () => play(`${effect.value}:${target.value}`, endpoint(), result);
  return h('section', { 'class': 'card', 'aria-labelledby': 'trial-title', 'data-scenario': 'trial' },
    h('h2', { id: 'trial-title' }, 'Break something yourself'),
    h('p', { class: 'quiet' }, 'A payment is sent while a handler or a service misbehaves, and retried as its provider would. Nothing may be lost: it ends stored, published, screened and told of, or in the dead letters. In CI: ', h('code', {}, 'simulate crash:relay'), ', or ', h('code', {}, 'simulate faults'), ' for all of them.'),
    h('div', { class: 'filters' }, field('Handler or service', target, 'wide'), field('What happens to it', effect), button('Try it', run, { class: 'primary' })),
    result);
}

async function faultPanel({ services, effects, functions }: StartPage): Promise<HTMLElement> {
  const list = h('div', { 'aria-live': 'polite' });
  const draw = async (): Promise<void> => list.replaceChildren(faultList(await api.faults(), draw));
  const service = select(services.map((name) => [name, name] as const), { name: 'service' });
  const target = h('input', { name: 'target', list: 'fault-targets', placeholder: 'all calls', autocomplete: 'off' });
  const effect = select(effects.map((name) => [name, name] as const), { name: 'effect' });
  const times = h('input', { name: 'times', type: 'number', min: '1', placeholder: 'until ended' });
  const delay = h('input', { name: 'delayMs', type: 'number', min: '1', placeholder: '1000' });
  const number = ({ value }: HTMLInputElement) => (value === '' ? undefined : Number(value));
  await draw();
  return h('section', { 'aria-labelledby': 'faults-title' },
    h('h2', { id: 'faults-title' }, 'Leave a fault on'),
    h('p', { class: 'quiet' }, 'Calls of the handlers and workflows meet it until it ends; a crash kills the process of a handler, and breaks the connection to a service.'),
    h('datalist', { id: 'fault-targets' }, [...functions, 'PutItem', 'UpdateItem', 'PutEvents', 'Publish', 'Delivery'].map((value) => h('option', { value }))),
    h('div', { class: 'filters' }, field('Service', service), field('Function or action', target, 'wide'), field('Effect', effect), field('Times', times), field('Wait (ms), if slow', delay),
      button('Start the fault', async () => {
        await api.fault({ service: service.value, target: target.value, effect: effect.value, times: number(times), delayMs: number(delay) });
        await draw();
      })),
    list);
}

function faultList(faults: readonly FaultInfo[], draw: () => Promise<void>): HTMLElement {
  if (faults.length === 0) return h('p', { class: 'quiet' }, 'No fault is on.');
  return h('ul', { class: 'faults' }, faults.map(({ id, service, target, effect, times, met }) => h('li', {},
    h('span', {}, `${service}${target ? ` ${target}` : ''}: ${effect}, met ${met}${times === undefined ? '' : ` of ${times}`}`),
    button('End', async () => {
      await api.endFault(id);
      await draw();
    }, { 'aria-label': `End ${service} ${effect}` }))));
}
