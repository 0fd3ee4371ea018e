import type { AlarmState, DashboardPage, Series, Widget } from '../../local/console/model';
import { api } from '../api';
import { badge, h, scroller, svg } from '../dom';
import type { Context } from '../page';

const SIZE = { width: 560, height: 150, left: 44, bottom: 20, top: 8 } as const;
const REDRAW_MS = 2_500;

/** The dashboards of the template: its own widgets, drawn with the runner's metrics. */
export async function dashboardView({ onPulse }: Context): Promise<HTMLElement> {
  const place = h('div', { class: 'dashboards' });
  const draw = async (): Promise<void> => place.replaceChildren(...(await api.dashboard()).map(dashboard));
  await draw();
  let last = Date.now();
  onPulse(() => {
    if (Date.now() - last < REDRAW_MS || place.contains(document.activeElement)) return;
    last = Date.now();
    void draw();
  });
  return place;
}

function dashboard({ name, widgets, alarms, from, to }: DashboardPage): HTMLElement {
  return h('div', {},
    h('div', { class: 'title' }, h('h1', {}, 'Dashboard'), h('span', { class: 'quiet' }, name)),
    alarms.length > 0 && alarmTable(alarms),
    h('div', { class: 'widgets' }, widgets.map((widget) => panel(widget, from, to))));
}

function alarmTable(alarms: readonly AlarmState[]): HTMLElement {
  return scroller('Alarms', h('table', { class: 'plain' },
    h('caption', {}, 'Alarms'),
    h('thead', {}, h('tr', {}, ['State', 'Alarm', 'Rule'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, alarms.map(({ name, description, state, rule }) => h('tr', {},
      h('td', {}, badge(state.toLowerCase(), state === 'ALARM' ? 'rejected' : state === 'OK' ? 'good' : 'plain')),
      h('td', {}, name, description !== '' && h('span', { class: 'quiet' }, ` ${description}`)), h('td', {}, rule))))));
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
