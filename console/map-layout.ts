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

export const NODE = { width: 176, height: 44 } as const;
const GAP = { x: 56, y: 18 } as const;

/** Columns by the longest way from the senders; inside a column, by the middle of what leads there. */
export function layout({ nodes, edges }: SystemMap): Layout {
  const columns = columnsOf({ nodes, edges });
  const byColumn = new Map([...columns.values()].map((column) => [column, nodes.filter(({ id }) => columns.get(id) === column)]));
  const tallest = Math.max(...[...byColumn.values()].map(({ length }) => length));
  const height = tallest * (NODE.height + GAP.y) + GAP.y;
  const placed = new Map<string, Placed>();
  for (const column of [...byColumn.keys()].sort((a, b) => a - b)) {
    const members = [...byColumn.get(column)!].sort((a, b) => middle(a.id) - middle(b.id));
    const top = (height - members.length * (NODE.height + GAP.y) + GAP.y) / 2;
    members.forEach((node, row) => placed.set(node.id, { ...node, x: GAP.x / 2 + column * (NODE.width + GAP.x), y: top + row * (NODE.height + GAP.y) }));
  }
  return { nodes: [...placed.values()], width: byColumn.size * (NODE.width + GAP.x), height };

  function middle(id: string): number {
    const sources = edges.filter(({ to }) => to === id).flatMap(({ from }) => placed.get(from)?.y ?? []);
    return sources.length === 0 ? Infinity : sources.reduce((sum, y) => sum + y, 0) / sources.length;
  }
}

/** An edge that leads back, such as a verdict into the table, moves nothing. */
function columnsOf({ nodes, edges }: SystemMap): Map<string, number> {
  const forward = withoutBackEdges({ nodes, edges });
  const columns = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    for (const { from, to } of forward) columns.set(to, Math.max(columns.get(to)!, columns.get(from)! + 1));
  }
  const used = [...new Set(columns.values())].sort((a, b) => a - b);
  return new Map([...columns].map(([id, column]) => [id, used.indexOf(column)]));
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
