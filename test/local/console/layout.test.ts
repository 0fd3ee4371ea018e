import fc from 'fast-check';
import { layout, NODE } from '../../../console/map-layout';

const graph = fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(9)).filter(([from, to]) => from !== to), { selector: String, maxLength: 25 });
const nodes = Array.from({ length: 10 }, (_, index) => ({ id: String(index), label: `node ${index}`, type: 'Function' }));

test('every node has a place of its own inside the drawing, whatever leads where, circles too', () => {
  fc.assert(fc.property(graph, (pairs) => {
    const edges = pairs.map(([from, to]) => ({ from: String(from), to: String(to), counters: [] }));
    const { nodes: placed, width, height } = layout({ nodes, edges });
    expect(placed).toHaveLength(nodes.length);
    for (const one of placed) {
      expect(one.x >= 0 && one.y >= 0 && one.x + NODE.width <= width && one.y + NODE.height <= height).toBe(true);
      const overlaps = placed.some((other) => other !== one && Math.abs(other.x - one.x) < NODE.width && Math.abs(other.y - one.y) < NODE.height);
      expect(overlaps).toBe(false);
    }
  }));
});

test('a chain goes down row by row', () => {
  const chain = { nodes: nodes.slice(0, 3), edges: [{ from: '0', to: '1', counters: [] }, { from: '1', to: '2', counters: [] }, { from: '0', to: '2', counters: [] }] };
  const [a, b, c] = ['0', '1', '2'].map((id) => layout(chain).nodes.find((node) => node.id === id)!.y);
  expect(a).toBeLessThan(b);
  expect(b).toBeLessThan(c);
});

test('no edge runs across a node it does not belong to', () => {
  fc.assert(fc.property(graph, (pairs) => {
    const edges = pairs.map(([from, to]) => ({ from: String(from), to: String(to), counters: [] }));
    const { nodes: placed, routes } = layout({ nodes, edges });
    for (const { segments, edge } of routes) {
      // Between two segments it goes straight down through the row.
      for (const [, { x, y }] of segments.slice(0, -1)) {
        const crossed = placed.find((node) => y >= node.y && y < node.y + NODE.height && x > node.x && x < node.x + NODE.width);
        expect({ edge, crossed }).toEqual({ edge, crossed: undefined });
      }
    }
  }));
});

test('an edge leads from its one node to its other, up only where there is a circle', () => {
  const circle = { nodes: nodes.slice(0, 3), edges: [{ from: '0', to: '1', counters: [] }, { from: '1', to: '2', counters: [] }, { from: '2', to: '0', counters: [] }] };
  const { routes, nodes: placed } = layout(circle);
  expect(routes.map(({ isBack }) => isBack)).toEqual([false, false, true]);
  const [first, last] = ['0', '2'].map((id) => placed.find((node) => node.id === id)!);
  const { segments } = routes[2];
  expect(segments[0][0].y).toBe(first.y + NODE.height);
  expect(segments.at(-1)![1].y).toBe(last.y);
});
