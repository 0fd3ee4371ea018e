import type { MapEdge, SystemMap } from '../../local/console/model';
import { api } from '../api';
import { h, scroller, svg } from '../dom';
import { layout, NODE, Placed, Route } from '../map-layout';
import type { Context } from '../page';

/** The system as its template describes it, with what went along each edge so far. */
export async function mapView({ onPulse }: Context): Promise<HTMLElement> {
  const map = await api.map();
  const { nodes, routes, width, height } = layout(map);
  const drawn = routes.map(drawRoute);
  const rows = map.edges.map((edge) => ({ edge, cell: h('td', {}, '0') }));
  onPulse(({ counts }) => {
    for (const { edge, update } of drawn) update(total(edge, counts));
    for (const { edge, cell } of rows) cell.textContent = String(total(edge, counts));
  });
  return h('div', { class: 'map' },
    h('div', { class: 'title' }, h('h1', {}, 'Map')),
    h('p', { class: 'quiet' }, 'Drawn from the synthesized template, with what went along each edge so far. Dashed edges are taken only when something fails.'),
    scroller('Map of the system', svg('svg', { 'viewBox': `0 0 ${width} ${height}`, width, height, 'role': 'img', 'aria-label': 'The system; the table below says the same' },
      ARROWS.map(arrowHead), svg('g', {}, drawn.map(({ path }) => path)), svg('g', {}, nodes.map(drawNode)), svg('g', {}, drawn.map(({ label }) => label)))),
    edgeTable(map, rows));
}

function total({ counters }: MapEdge, counts: Readonly<Record<string, number>>): number {
  return counters.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}

interface DrawnEdge {
  readonly edge: MapEdge;
  readonly path: SVGElement;
  readonly label: SVGElement;
  update(count: number): void;
}

/** One head for each colour an edge can have: markers do not take the colour of their line everywhere. */
const ARROWS = ['idle', 'used', 'failed'] as const;

function arrowHead(name: (typeof ARROWS)[number]): SVGElement {
  return svg('marker', { id: `arrow-${name}`, class: `arrow ${name}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto-start-reverse' },
    svg('path', { d: 'M0 0L8 4L0 8z' }));
}

/** Straight past each row, in a curve from one to the next. */
function drawRoute({ edge, segments, isBack }: Route): DrawnEdge {
  const d = segments.map(([a, b], index) => {
    const half = (b.y - a.y) / 2;
    return `${index === 0 ? 'M' : 'L'}${a.x} ${a.y}C${a.x} ${a.y + half} ${b.x} ${b.y - half} ${b.x} ${b.y}`;
  }).join('');
  const path = svg('path', { d, class: edge.trouble ? 'edge trouble' : 'edge', [isBack ? 'marker-start' : 'marker-end']: 'url(#arrow-idle)' });
  // Where several edges arrive at one node, each count stands a third of the way back along its own.
  const [near, far] = isBack ? segments[0] : [...segments.at(-1)!].reverse();
  const text = svg('text', { 'x': near.x + (far.x - near.x) * 0.3, 'y': near.y + (far.y - near.y) * 0.36 + 4, 'class': 'count', 'text-anchor': 'middle' }, '');
  return {
    edge,
    path,
    label: text,
    update: (count) => {
      const shown = count === 0 ? '' : count.toLocaleString('en');
      if (text.textContent === shown) return;
      text.textContent = shown;
      path.classList.add('used');
      path.setAttribute(isBack ? 'marker-start' : 'marker-end', `url(#arrow-${edge.trouble ? 'failed' : 'used'})`);
    },
  };
}

function drawNode({ x, y, label, type }: Placed): SVGElement {
  const short = label.length > 23 ? `${label.slice(0, 22)}…` : label;
  return svg('g', { class: `node ${type.toLowerCase().replace(/ /g, '-')}`, transform: `translate(${x} ${y})` },
    svg('title', {}, `${type}: ${label}`),
    svg('rect', { width: NODE.width, height: NODE.height, rx: 8 }),
    svg('text', { x: 10, y: 18, class: 'kind' }, type),
    svg('text', { x: 10, y: 35, class: 'name' }, short));
}

function edgeTable({ nodes }: SystemMap, rows: readonly { readonly edge: MapEdge; readonly cell: HTMLElement }[]): HTMLElement {
  const name = (id: string) => nodes.find((node) => node.id === id)?.label ?? id;
  return h('details', {}, h('summary', {}, 'The same as a table'), scroller('Edges', h('table', { class: 'plain' },
    h('thead', {}, h('tr', {}, ['From', 'To', 'Count'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', {}, rows.map(({ edge, cell }) => h('tr', {}, h('td', {}, name(edge.from)), h('td', {}, name(edge.to)), cell))))));
}
