import type { MapEdge, SystemMap } from '../../local/console/model';
import { api } from '../api';
import { h, scroller, svg } from '../dom';
import { layout, NODE, Placed } from '../map-layout';
import type { Context } from '../page';

/** The system as its template describes it, with what went along each edge so far. */
export async function mapView({ onPulse }: Context): Promise<HTMLElement> {
  const map = await api.map();
  const { nodes, width, height } = layout(map);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const drawn = map.edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    return from && to ? [drawEdge(edge, from, to, width)] : [];
  });
  const rows = map.edges.map((edge) => ({ edge, cell: h('td', {}, '0') }));
  onPulse(({ counts }) => {
    for (const { edge, update } of drawn) update(total(edge, counts));
    for (const { edge, cell } of rows) cell.textContent = String(total(edge, counts));
  });
  return h('div', { class: 'map' },
    h('div', { class: 'title' }, h('h1', {}, 'Map')),
    h('p', { class: 'quiet' }, 'Drawn from the synthesized template. Dashed edges are taken only when something fails.'),
    scroller('Map of the system', svg('svg', { 'viewBox': `0 0 ${width} ${height}`, width, height, 'role': 'img', 'aria-label': 'The system; the table below says the same' },
      svg('g', {}, drawn.map(({ path }) => path)), svg('g', {}, nodes.map(drawNode)), svg('g', {}, drawn.map(({ label }) => label)))),
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

/** Down from row to row; an edge that leads back goes around at the right. */
function drawEdge(edge: MapEdge, from: Placed, to: Placed, width: number): DrawnEdge {
  const isForward = to.y > from.y;
  const [x1, y1] = isForward ? [from.x + NODE.width / 2, from.y + NODE.height] : [from.x + NODE.width, from.y + NODE.height / 2];
  const [x2, y2] = isForward ? [to.x + NODE.width / 2, to.y] : [to.x + NODE.width, to.y + NODE.height / 2];
  const bend = isForward ? Math.max(20, (y2 - y1) / 2) : (4 * (width - 12) - Math.max(x1, x2)) / 3;
  const d = isForward ? `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}` : `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`;
  const path = svg('path', { d, class: edge.trouble ? 'edge trouble' : 'edge' });
  // Where several edges arrive at one node, each count stands a third of the way back along its own.
  const text = svg('text', { 'x': isForward ? x2 + (x1 - x2) * 0.3 : x2 + 14, 'y': isForward ? y2 - 10 : y2 + 4, 'class': 'count', 'text-anchor': isForward ? 'middle' : 'start' }, '');
  return {
    edge,
    path,
    label: text,
    update: (count) => {
      const shown = count === 0 ? '' : count.toLocaleString('en');
      if (text.textContent === shown) return;
      text.textContent = shown;
      path.classList.add('used');
    },
  };
}

function drawNode({ x, y, label, type }: Placed): SVGElement {
  const short = label.length > 24 ? `${label.slice(0, 23)}…` : label;
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
