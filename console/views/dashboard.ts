import type { AlarmState, DashboardPage, Series, Widget } from '../../local/console/model';
import { api } from '../api';
import { badge, h, svg } from '../dom';
import type { Context } from '../page';

const SIZE = { height: 150, left: 44, bottom: 20, top: 8 } as const;
/** Drawn as wide as it is shown, or letters would be too small on a phone. */
const widthOfCharts = () => Math.min(560, document.documentElement.clientWidth - 60);
const REDRAW_MS = 2_500;

/** The dashboards of the template: its own widgets, drawn with the runner's metrics. */
export async function dashboardView({ onPulse }: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'dashboards' });
  const draw = async (): Promise<void> => {
    const { dashboards, alarms } = await api.watch();
    place.replaceChildren(h('div', { class: 'title' }, h('h1', {}, 'Dashboard')), alarmSection(alarms, place.querySelector<HTMLDetailsElement>('.quiet-alarms')?.open ?? false), ...dashboards.map(dashboard));
  };
  await draw();
  let last = Date.now();
  onPulse(() => {
    if (Date.now() - last < REDRAW_MS || place.contains(document.activeElement)) return;
    last = Date.now();
    void draw();
  });
  return place;
}

function dashboard({ name, widgets, from, to }: DashboardPage): HTMLElement {
  return h('section', { 'aria-label': name },
    h('h2', {}, name),
    h('div', { class: 'widgets' }, widgets.map((widget) => panel(widget, from, to))));
}

const STATES = { ALARM: { word: 'alarm', kind: 'rejected' }, INSUFFICIENT_DATA: { word: 'no data', kind: 'plain' }, OK: { word: 'ok', kind: 'good' } } as const;

/** What rings is shown; the others can be opened. */
function alarmSection(alarms: readonly AlarmState[], isOpen: boolean): HTMLElement | string {
  if (alarms.length === 0) return '';
  const [ringing, quiet] = [alarms.filter(({ state }) => state === 'ALARM'), alarms.filter(({ state }) => state !== 'ALARM')];
  return h('section', { 'class': 'alarms', 'aria-label': 'Alarms' },
    h('div', { class: 'title' }, h('h2', {}, 'Alarms'), badge(ringing.length === 0 ? `all ${alarms.length} quiet` : `${ringing.length} of ${alarms.length} ringing`, ringing.length === 0 ? 'good' : 'rejected')),
    ringing.length > 0 && h('ul', { class: 'alarm-list' }, ringing.map(alarmItem)),
    quiet.length > 0 && h('details', { class: 'quiet-alarms', open: isOpen }, h('summary', {}, `${quiet.length} quiet`), h('ul', { class: 'alarm-list' }, quiet.map(alarmItem))));
}

function alarmItem({ name, description, state, rule, seen, runbook }: AlarmState): HTMLElement {
  return h('li', { 'data-alarm': name, 'data-state': state },
    badge(STATES[state].word, STATES[state].kind),
    h('div', {},
      h('strong', {}, description.replace(/\.?\s*(Low severity\.)?\s*$/, '') || name), ' ',
      runbook !== undefined && h('a', { 'href': runbook, 'target': '_blank', 'rel': 'noreferrer', 'aria-label': `Runbook: ${description || name}` }, 'Runbook'),
      h('span', { class: 'quiet line' }, `${name}: ${rule}${seen === undefined ? '' : ` · ${seen}`}`)));
}

function panel({ title, series, text }: Widget, from: number, to: number): HTMLElement {
  const withData = series.filter(({ points }) => points.length > 0);
  return h('figure', { 'class': 'widget', 'data-widget': title, 'data-series': withData.length },
    h('figcaption', {}, title || 'Text'),
    text !== undefined && h('p', {}, text),
    series.length > 0 && (withData.length > 0 ? chart(series, from, to, title) : h('p', { class: 'empty' }, 'No data yet')),
    series.length > 0 && legend(series));
}

/** Lines with data by name; the others together, for a system may have many providers. */
function legend(series: readonly Series[]): HTMLElement {
  const silent = series.filter(({ points }) => points.length === 0).map(({ label }) => label);
  return h('ul', { class: 'legend' },
    series.map(({ label, statistic, points }, index) => points.length > 0 && h('li', {},
      h('span', { 'class': `swatch c${index % 8}`, 'aria-hidden': 'true' }), `${label} `, h('b', {}, amount(summary(statistic, points))))),
    silent.length > 0 && h('li', { class: 'quiet', title: silent.join(', ') }, silent.length < 4 ? `no data: ${silent.join(', ')}` : `${silent.length} lines without data`));
}

/** What a line comes to over the whole window. */
function summary(statistic: string, points: Series['points']): number {
  const values = points.map(([, value]) => value);
  return statistic === 'Sum' || statistic === 'SampleCount' ? values.reduce((sum, value) => sum + value, 0) : values.at(-1)!;
}

function chart(series: readonly Series[], from: number, to: number, title: string): SVGElement {
  const { height, left, bottom, top } = SIZE;
  const width = widthOfCharts();
  const largest = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const most = largest > 0 ? largest : 1;
  const x = (at: number) => left + ((at - from) / Math.max(1, to - from)) * (width - left - 8);
  const y = (value: number) => height - bottom - (value / most) * (height - bottom - top);
  const clock = (at: number) => new Date(at).toISOString().slice(11, 19);
  return svg('svg', { 'viewBox': `0 0 ${width} ${height}`, 'role': 'img', 'aria-label': `${title}: the legend names each line's total or last value` },
    [0, 0.5, 1].map((part) => svg('g', { class: 'axis' },
      svg('line', { x1: left, x2: width - 8, y1: y(most * part), y2: y(most * part) }),
      svg('text', { 'x': left - 6, 'y': y(most * part) + 4, 'text-anchor': 'end' }, amount(most * part)))),
    svg('text', { x: left, y: height - 4, class: 'tick' }, clock(from)),
    svg('text', { 'x': width - 8, 'y': height - 4, 'class': 'tick', 'text-anchor': 'end' }, clock(to)),
    series.map(({ points }, index) => points.length > 0 && svg('g', { class: `line c${index % 8}` },
      svg('polyline', { points: points.map(([at, value]) => `${x(Math.max(at, from)).toFixed(1)},${y(value).toFixed(1)}`).join(' ') }),
      points.length < 40 && points.map(([at, value]) => svg('circle', { cx: x(Math.max(at, from)).toFixed(1), cy: y(value).toFixed(1), r: 2 })))));
}

function amount(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)}M`;
  if (value >= 10_000) return `${(value / 1_000).toFixed(0)}k`;
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}
