import { setImmediate as nextTurn } from 'node:timers/promises';
import { createNamespace, destroyNamespace, getNamespace } from '../../../runtime/aws/trace-contexts';

const namespace = () => createNamespace('Tracing');

test('a namespace is found by its name until it is destroyed', () => {
  const created = namespace();
  expect(getNamespace('Tracing')).toBe(created);
  destroyNamespace('Tracing');
  expect(getNamespace('Tracing')).toBeUndefined();
});

test('what works at the same time sees its own segment alone, across every wait', async () => {
  const contexts = namespace();
  const seen = await Promise.all(['a', 'b', 'c'].map((segment) => new Promise<unknown[]>((resolve) => {
    contexts.run(() => {
      contexts.set('segment', segment);
      void (async () => {
        const before = contexts.get('segment');
        await nextTurn();
        resolve([before, contexts.get('segment')]);
      })();
    });
  })));
  expect(seen).toEqual([['a', 'a'], ['b', 'b'], ['c', 'c']]);
});

test('what is inside sees what is around it, and not the other way round', () => {
  const contexts = namespace();
  contexts.run(() => {
    contexts.set('segment', 'outer');
    contexts.run(() => {
      expect(contexts.get('segment')).toBe('outer');
      contexts.set('segment', 'inner');
    });
    expect(contexts.get('segment')).toBe('outer');
  });
  expect(contexts.get('segment')).toBeUndefined();
});

test('what is entered when the process starts is there for every invocation', async () => {
  const contexts = namespace();
  await (async () => {
    await nextTurn();
    contexts.enter(contexts.createContext());
    contexts.set('segment', 'facade');
  })();
  expect(contexts.get('segment')).toBe('facade');
  contexts.run(() => expect(contexts.get('segment')).toBe('facade'));
});

test('a bound function works where it was bound', () => {
  const contexts = namespace();
  let bound = (_: string): string => '';
  contexts.run(() => {
    contexts.set('segment', 'where it was bound');
    bound = contexts.bind((text: string) => `${text}: ${String(contexts.get('segment'))}`);
  });
  expect(bound('seen')).toBe('seen: where it was bound');
});
