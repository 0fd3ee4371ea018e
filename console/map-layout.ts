import type { MapEdge, SystemMap } from '../local/console/model';

export interface Placed {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  readonly edge: MapEdge;
  /** Pairs of points, from the lower border of one row to the upper border of the next; always downwards. */
  readonly segments: readonly (readonly [Point, Point])[];
  /** Leads up, such as a verdict into the table: its arrow is at the beginning. */
  readonly isBack: boolean;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 172, height: 44 } as const;
const GAP = { x: 26, y: 46 } as const;
/** Width that an edge takes where it passes a row. */
const LANE = 10;
const MARGIN = 12;
/** Between edges that share a border of a node. */
const PORT = 22;
const SWEEPS = 12;

/** Something in a row: a node, or an edge that passes. */
interface Slot {
  readonly id: string;
  readonly row: number;
  readonly width: number;
  readonly above: string[];
  readonly below: string[];
}

interface Chain {
  readonly edge: MapEdge;
  readonly isBack: boolean;
  /** Slots from above to below. */
  readonly ids: readonly string[];
}

/** Rows by the longest way from the senders. An edge over several rows has a place in each, so that it runs past the nodes and not across them. */
export function layout(map: SystemMap): Layout {
  const back = backEdges(map);
  const rows = rowsOf(map, back);
  const slots = new Map<string, Slot>(map.nodes.map(({ id }) => [id, { id, row: rows.get(id)!, width: NODE.width, above: [], below: [] }]));
  const chains = map.edges.map((edge, index) => chainOf(edge, index, back.has(edge), slots));
  const order = orderOf(slots);
  const middles = middlesOf(order, slots);
  const left = Math.min(...[...slots.values()].map(({ id, width }) => middles.get(id)! - width / 2)) - MARGIN;
  const top = (row: number) => 8 + row * (NODE.height + GAP.y);
  const at = (id: string): Point => ({ x: middles.get(id)! - left, y: top(slots.get(id)!.row) });
  const ports = portsOf(chains, slots, (id) => at(id).x);
  const routes = chains.map(({ ids, ...route }, chain): Route => ({
    ...route,
    segments: ids.slice(1).map((id, index) => [
      { x: at(ids[index]).x + ports(chain, ids[index], 'below'), y: at(ids[index]).y + NODE.height },
      { x: at(id).x + ports(chain, id, 'above'), y: at(id).y },
    ] as const),
  }));
  return {
    nodes: map.nodes.map((node) => ({ ...node, x: at(node.id).x - NODE.width / 2, y: at(node.id).y })),
    routes,
    width: Math.max(...[...slots.values()].map(({ id, width }) => at(id).x + width / 2)) + MARGIN,
    height: order.length * (NODE.height + GAP.y),
  };
}

/** Where along the border of a node each of its edges begins or ends: side by side, in the order of where they lead. */
function portsOf(
  chains: readonly Chain[], slots: ReadonlyMap<string, Slot>, x: (id: string) => number,
): (chain: number, id: string, side: 'above' | 'below') => number {
  const ends = chains.flatMap(({ ids }, chain) => [
    { chain, id: ids[0], side: 'below', towards: x(ids[1]) }, { chain, id: ids.at(-1)!, side: 'above', towards: x(ids.at(-2)!) },
  ]);
  return (chain, id, side) => {
    if (slots.get(id)!.width === LANE) return 0;
    const others = ends.filter((end) => end.id === id && end.side === side).sort((a, b) => a.towards - b.towards || a.chain - b.chain);
    const step = Math.min(PORT, (NODE.width - 2 * PORT) / others.length);
    return (others.findIndex((end) => end.chain === chain) - (others.length - 1) / 2) * step;
  };
}

/** The slots an edge goes through, from above to below. */
function chainOf(edge: MapEdge, index: number, isBack: boolean, slots: Map<string, Slot>): Chain {
  const [from, to] = isBack ? [edge.to, edge.from] : [edge.from, edge.to];
  const ids = [from];
  for (let row = slots.get(from)!.row + 1; row < slots.get(to)!.row; row += 1) {
    const id = `${index} ${row}`;
    slots.set(id, { id, row, width: LANE, above: [], below: [] });
    ids.push(id);
  }
  ids.push(to);
  ids.slice(1).forEach((id, place) => {
    slots.get(id)!.above.push(ids[place]);
    slots.get(ids[place])!.below.push(id);
  });
  return { edge, isBack, ids };
}

/** Each row in the order of what it is linked with, looked at from above and from below in turn. */
function orderOf(slots: ReadonlyMap<string, Slot>): string[][] {
  const rows: string[][] = [];
  for (const { id, row } of slots.values()) (rows[row] ??= []).push(id);
  const places = new Map<string, number>();
  const number = (row: readonly string[]) => row.forEach((id, place) => places.set(id, (place + 0.5) / row.length));
  rows.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map((id) => [id, mean(slots.get(id)![isDown ? 'above' : 'below'], places) ?? places.get(id)!]));
      row.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      number(row);
    }
  }
  return rows;
}

/** Every slot as near to the middle of what it is linked with as its neighbours let it. */
function middlesOf(rows: readonly string[][], slots: ReadonlyMap<string, Slot>): ReadonlyMap<string, number> {
  const middles = new Map<string, number>();
  const place = (row: readonly string[], wanted: readonly number[]): void => {
    const put: number[] = [];
    row.forEach((id, index) => {
      const least = index === 0 ? -Infinity : put[index - 1] + distance(slots.get(row[index - 1])!, slots.get(id)!);
      put.push(Math.max(wanted[index], least));
    });
    const shift = put.reduce((sum, x, index) => sum + wanted[index] - x, 0) / row.length;
    row.forEach((id, index) => middles.set(id, put[index] + shift));
  };
  for (const row of rows) place(row, row.map((_, index) => (index - row.length / 2) * (NODE.width + GAP.x)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const side = sweep % 2 === 0 ? 'above' : 'below';
    for (const row of side === 'above' ? rows : [...rows].reverse()) place(row, row.map((id) => mean(slots.get(id)![side], middles) ?? middles.get(id)!));
  }
  return middles;
}

function distance(a: Slot, b: Slot): number {
  return (a.width + b.width) / 2 + GAP.x;
}

function mean(ids: readonly string[], values: ReadonlyMap<string, number>): number | undefined {
  return ids.length === 0 ? undefined : ids.reduce((sum, id) => sum + values.get(id)!, 0) / ids.length;
}

function rowsOf({ nodes, edges }: SystemMap, back: ReadonlySet<MapEdge>): Map<string, number> {
  const rows = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    for (const edge of edges) if (!back.has(edge)) rows.set(edge.to, Math.max(rows.get(edge.to)!, rows.get(edge.from)! + 1));
  }
  return rows;
}

/** Edges without which there are no circles. */
function backEdges({ nodes, edges }: SystemMap): ReadonlySet<MapEdge> {
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<MapEdge>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const edge of edges.filter(({ from }) => from === id)) {
      if (state.get(edge.to) === 'open') back.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  for (const { id } of nodes) if (!state.has(id)) visit(id);
  return back;
}
