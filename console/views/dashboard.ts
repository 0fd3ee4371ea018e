import type { AlarmState, DashboardPage, Series, Widget } from '../../local/console/model';
import { api } from '../api';
import { badge, h, svg } from '../dom';
import type { Context } from '../page';

const SIZE = { width: 560, height: 150, left: 44, bottom: 20, top: 8 } as const;
const REDRAW_MS = 2_500;

/** The dashboards of the template: its own widgets, drawn with the runner's metrics. */
export async function dashboardView({ onPulse }: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'dashboards' });
  const draw = async (): Promise<void> => {
    const { dashboards, alarms } = await api.watch();
    place.replaceChildren(h('div', { class: 'title' }, h('h1', {}, 'Dashboard')), alarmSection(alarms), ...dashboards.map(dashboard));
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

const ORDER = ['ALARM', 'INSUFFICIENT_DATA', 'OK'] as const;
const STATES = { ALARM: { word: 'alarm', kind: 'rejected' }, INSUFFICIENT_DATA: { word: 'no data', kind: 'plain' }, OK: { word: 'ok', kind: 'good' } } as const;

/** What rings first; the others can be opened. */
function alarmSection(alarms: readonly AlarmState[]): HTMLElement | string {
  if (alarms.length === 0) return '';
  const sorted = [...alarms].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const ringing = alarms.filter(({ state }) => state === 'ALARM').length;
  return h('section', { 'class': 'alarms', 'aria-label': 'Alarms' },
    h('div', { class: 'title' }, h('h2', {}, 'Alarms'), badge(ringing === 0 ? `all ${alarms.length} quiet` : `${ringing} of ${alarms.length} ringing`, ringing === 0 ? 'good' : 'rejected')),
    h('ul', { class: 'alarm-list' }, sorted.map(alarmItem)));
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
    series.length > 0 && h('ul', { class: 'legend' }, series.map(({ label, statistic, points }, index) => h('li', { class: points.length > 0 ? '' : 'quiet' },
      h('span', { 'class': `swatch c${index % 8}`, 'aria-hidden': 'true' }), `${label} `, h('b', {}, points.length > 0 ? amount(summary(statistic, points)) : '–')))));
}

/** What a line comes to over the whole window. */
function summary(statistic: string, points: Series['points']): number {
  const values = points.map(([, value]) => value);
  return statistic === 'Sum' || statistic === 'SampleCount' ? values.reduce((sum, value) => sum + value, 0) : values.at(-1)!;
}

function chart(series: readonly Series[], from: number, to: number, title: string): SVGElement {
  const { width, height, left, bottom, top } = SIZE;
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
