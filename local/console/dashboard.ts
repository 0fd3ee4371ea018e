import { Metrics } from '../kernel/metrics';
import { Resource } from '../kernel/resource';
import { Runner } from '../runner/runner';
import { alarmStates } from './alarms';
import { evaluate } from './metric-math';
import { DashboardPage, Series, WatchPage, Widget } from './model';
import { MetricName, seriesOf, Window } from './series';

/** A line of a graph, as dashboards write it: namespace, metric, dimensions, options. */
type MetricLine = readonly (string | MetricOptions)[];

interface MetricOptions {
  readonly id?: string;
  readonly stat?: string;
  readonly label?: string;
  readonly expression?: string;
  readonly visible?: boolean;
}

interface WidgetProperties {
  readonly title?: string;
  readonly stat?: string;
  readonly metrics?: readonly MetricLine[];
  readonly markdown?: string;
}

/** A run is short: its last quarter of an hour is shown in some sixty steps, whatever periods the template asks for. */
const LONGEST_WINDOW = 15 * 60_000;
const STEPS = 60;

/** The dashboards and alarms of the template with the runner's metrics. */
export function watchPage(runner: Runner): WatchPage {
  const now = runner.services.clock.now();
  return { dashboards: dashboardPages(runner, now), alarms: alarmStates(runner.resources, runner.services.metrics, now) };
}

function dashboardPages({ resources, services }: Runner, to: number): DashboardPage[] {
  return resources.filter(({ type }) => type === 'AWS::CloudWatch::Dashboard').map((resource) => {
    const widgets = widgetsIn(resource);
    const lines = widgets.map(({ properties }) => linesOf(properties));
    const known = lines.flat().flatMap(({ metric }) => metric ?? []);
    const first = known.flatMap(({ namespace, name, dimensions }) => services.metrics.get(namespace, name, dimensions).slice(0, 1));
    const from = Math.max(Math.min(to, ...first.map(({ at }) => at)), to - LONGEST_WINDOW);
    const periodMs = Math.max(1_000, Math.ceil((to - from) / STEPS / 1_000) * 1_000);
    const window = { periodMs, from, to };
    return {
      name: resource.ref,
      from,
      to,
      widgets: widgets.map(({ properties }, index) => widget(properties, seriesIn(lines[index], services.metrics, window))),
    };
  });
}

function widget({ title = '', markdown }: WidgetProperties, lines: readonly Series[]): Widget {
  return { title, series: lines, ...(markdown !== undefined && { text: markdown }) };
}

function widgetsIn({ properties }: Resource): readonly { readonly properties: WidgetProperties }[] {
  return (JSON.parse(String(properties.DashboardBody)) as { widgets: { properties: WidgetProperties }[] }).widgets;
}

interface Line {
  readonly id?: string;
  readonly metric?: MetricName;
  readonly expression?: string;
  readonly statistic: string;
  readonly label: string;
  readonly isVisible: boolean;
}

function linesOf({ metrics = [], stat = 'Average' }: WidgetProperties): readonly Line[] {
  return metrics.map((parts) => {
    const { id, expression, visible = true, stat: own = stat, label } = parts.find((part): part is MetricOptions => typeof part === 'object') ?? {};
    const [namespace, name, ...pairs] = parts.filter((part): part is string => typeof part === 'string');
    const dimensions = Object.fromEntries(Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index], pairs[2 * index + 1]]));
    const metric = name === undefined ? undefined : { namespace, name, dimensions };
    return { id, metric, expression, statistic: own, label: label ?? name ?? expression ?? '', isVisible: visible };
  });
}

/** Lines that are drawn; formulas are worked out from the others, drawn or not. */
function seriesIn(lines: readonly Line[], metrics: Metrics, window: Omit<Window, 'statistic'>): Series[] {
  const { periodMs, from, to } = window;
  const first = Math.floor(from / periodMs) * periodMs;
  const periods = Array.from({ length: Math.floor((to - first) / periodMs) + 1 }, (_, index) => first + index * periodMs);
  const pointsOf = ({ metric, expression, statistic }: Line): (readonly [number, number])[] => {
    if (metric) return seriesOf(metrics, metric, { ...window, statistic });
    const series = (id: string) => new Map(lines.filter((line) => line.id === id).flatMap(pointsOf));
    try {
      return [...evaluate(expression ?? '', { periods, series })];
    } catch {
      return [];
    }
  };
  return lines.filter(({ isVisible }) => isVisible).map((line) => ({ label: line.label, statistic: line.statistic, points: pointsOf(line) }));
}
