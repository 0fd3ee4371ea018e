import type { SystemMap } from '../local/console/model';

export interface Placed {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 172, height: 44 } as const;
const GAP = { x: 26, y: 42 } as const;
/** Room at the right for edges that lead back. */
const MARGIN = 90;

/** Rows by the longest way from the senders; inside a row, by the middle of what leads there. */
export function layout({ nodes, edges }: SystemMap): Layout {
  const rows = rowsOf({ nodes, edges });
  const byRow = [...new Set(rows.values())].sort((a, b) => a - b).map((row) => nodes.filter(({ id }) => rows.get(id) === row));
  const widest = Math.max(...byRow.map(({ length }) => length));
  const width = widest * (NODE.width + GAP.x) + GAP.x;
  const placed = new Map<string, Placed>();
  const middle = (id: string): number => {
    const sources = edges.filter(({ to }) => to === id).flatMap(({ from }) => placed.get(from)?.x ?? []);
    return sources.length === 0 ? Infinity : sources.reduce((sum, x) => sum + x, 0) / sources.length;
  };
  byRow.forEach((row, index) => {
    const members = [...row].sort((a, b) => middle(a.id) - middle(b.id));
    const left = (width - members.length * (NODE.width + GAP.x) + GAP.x) / 2;
    members.forEach((node, place) => placed.set(node.id, { ...node, x: left + place * (NODE.width + GAP.x), y: 8 + index * (NODE.height + GAP.y) }));
  });
  return { nodes: [...placed.values()], width: width + MARGIN, height: byRow.length * (NODE.height + GAP.y) };
}

/** An edge that leads back, such as a verdict into the table, moves nothing. */
function rowsOf({ nodes, edges }: SystemMap): Map<string, number> {
  const forward = withoutBackEdges({ nodes, edges });
  const rows = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    for (const { from, to } of forward) rows.set(to, Math.max(rows.get(to)!, rows.get(from)! + 1));
  }
  return rows;
}

function withoutBackEdges({ nodes, edges }: SystemMap): SystemMap['edges'] {
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<SystemMap['edges'][number]>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const edge of edges.filter(({ from }) => from === id)) {
      if (state.get(edge.to) === 'open') back.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  for (const { id } of nodes) if (!state.has(id)) visit(id);
  return edges.filter((edge) => !back.has(edge));
}
