import { Datum, Dimensions } from '../kernel/metrics';
import { Resource } from '../kernel/resource';
import { Runner } from '../runner/runner';
import { alarmState } from './alarms';
import { DashboardPage, Series, Widget } from './model';
import { pointsOf } from './statistics';

/** A line of a graph, as dashboards write it: namespace, metric, dimensions, options. */
type MetricLine = readonly (string | MetricOptions)[];

interface MetricOptions {
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

/** The dashboards of the template with the runner's metrics. */
export function dashboardPages({ resources, services }: Runner): DashboardPage[] {
  const to = services.clock.now();
  const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm').map((alarm) => alarmState(alarm, services.metrics, to));
  return resources.filter(({ type }) => type === 'AWS::CloudWatch::Dashboard').map((resource) => {
    const widgets = widgetsIn(resource);
    const lines = widgets.map(({ properties }) => linesOf(properties));
    const first = lines.flat().flatMap(({ namespace, name, dimensions }) => services.metrics.get(namespace, name, dimensions).slice(0, 1));
    const from = Math.max(Math.min(to, ...first.map(({ at }) => at)), to - LONGEST_WINDOW);
    const period = Math.max(1_000, Math.ceil((to - from) / STEPS / 1_000) * 1_000);
    const seriesOf = (line: Line) => series(line, services.metrics.get(line.namespace, line.name, line.dimensions), period, from, to);
    return {
      name: resource.ref,
      from,
      to,
      alarms,
      widgets: widgets.map(({ properties }, index) => widget(properties, lines[index].map(seriesOf))),
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
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly statistic: string;
  readonly label: string;
}

/** Lines of a widget; a formula over them, or a line that only feeds one, has no data of its own. */
function linesOf({ metrics = [], stat = 'Average' }: WidgetProperties): readonly Line[] {
  return metrics.flatMap((parts) => {
    const options = parts.find((part): part is MetricOptions => typeof part === 'object') ?? {};
    const [namespace, name, ...pairs] = parts.filter((part): part is string => typeof part === 'string');
    if (options.expression !== undefined || options.visible === false || name === undefined) return [];
    const dimensions = Object.fromEntries(Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index], pairs[2 * index + 1]]));
    return [{ namespace, name, dimensions, statistic: options.stat ?? stat, label: options.label ?? name }];
  });
}

function series({ label, statistic }: Line, data: readonly Datum[], period: number, from: number, to: number): Series {
  return { label, statistic, points: pointsOf(data, statistic, period, from, to) };
}
