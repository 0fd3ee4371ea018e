import { pass, run, only } from './helpers';

const data = { text: 'input data', list: [1, 2, 2, [3], [3]], object: { a: { x: 1 }, b: 2 }, n: null, half: 1.5 };
const call = (expression: string) => pass({ Parameters: { 'v.$': expression } }, data) as Promise<any>;

test.each<[string, unknown]>([
  ["States.Format('{} is {} of {}', 'A', 1, $.n)", 'A is 1 of null'],
  ["States.Format('\\{{}\\} \\\\ it\\'s', true)", "{true} \\ it's"],
  ["States.Format('{}', $.object)", '{a={x=1}, b=2}'],
  ["States.Format('{}', $.list)", '[1, 2, 2, [3], [3]]'],
  ['States.StringToJson(\'\\{"a":[1]\\}\')', { a: [1] }],
  ["States.StringToJson(' ')", null],
  ['States.JsonToString($.object)', '{"a":{"x":1},"b":2}'],
  ['States.Array()', []],
  ["States.Array(1, 'two', null, false, $.half)", [1, 'two', null, false, 1.5]],
  ['States.ArrayPartition(States.Array(1,2,3), 2)', [[1, 2], [3]]],
  ['States.ArrayContains($.list, States.Array(3))', true],
  ['States.ArrayContains($.list, 4)', false],
  ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['States.ArrayRange(3, 0, -2)', [3, 1]],
  ['States.ArrayGetItem($.list, 3)', [3]],
  ['States.ArrayLength($.list)', 5],
  ['States.ArrayUnique($.list)', [1, 2, [3]]],
  ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
  ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", 'Data to encode'],
  ["States.Hash($.text, 'MD5')", '812f45842bc6d66ee14572ce20db8e86'],
  ["States.Hash($.text, 'SHA-1')", 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
  ["States.Hash('input data', 'SHA-256')", 'b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3'],
  ["States.JsonMerge($.object, States.StringToJson('\\{\"a\":9,\"c\":3\\}'), false)", { a: 9, b: 2, c: 3 }],
  ['States.MathAdd(111, -1)', 110],
  ['States.MathAdd(1.49, 1.5)', 3],
  ['States.MathAdd(-1.5, -1.51)', -3],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", ['This', 'is', 'a', 'test', 'string']],
  ["States.StringSplit(',,a,,', ',')", ['a']],
  ["States.Format('{}-{}', States.ArrayLength(States.Array(1, 2)), $$.State.Name)", '2-S'],
])('%s', async (expression, expected) => {
  expect((await call(expression)).v).toEqual(expected);
});

test.each([
  ["States.Format('{}')", 'more placeholders'],
  ["States.Format('{}', 1, 2)", 'more values'],
  ["States.Format('{a}', 1)", 'brace'],
  ["States.StringToJson('nope')", 'JSON'],
  ['States.ArrayGetItem($.list, 9)', 'index 9 is out of bounds'],
  ['States.ArrayLength($.text)', 'expected an array'],
  ['States.ArrayRange(0, 1000, 1)', 'more than 1000'],
  ['States.ArrayRange(0, 1, 0)', 'step'],
  ['States.JsonMerge($.object, $.object, true)', 'shallow'],
  ['States.MathAdd(2147483647, 1)', 'range'],
  ["States.Hash('x', 'SHA-3')", 'SHA-3'],
])('%s fails', async (expression, why) => {
  const failure = await call(expression);
  expect(failure.error).toBe('States.IntrinsicFailure');
  expect(failure.cause).toContain(`The function '${expression}' had the following error:`);
  expect(failure.cause).toContain(why);
});

test.each([
  'States.Nothing()', 'States.UUID(1)', "States.Hash('x')", "States.Format('a", "States.Format('\\n')", 'States.Array(1', 'States.Array(x)', 'plain text',
])('%s is refused when the machine is made', async (expression) => {
  await expect(call(expression)).rejects.toMatchObject({ name: 'InvalidDefinition' });
});

test('UUID gives another version 4 id each time', async () => {
  const { v } = await call('States.Array(States.UUID(), States.UUID())');
  expect(v[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(v[0]).not.toBe(v[1]);
});

test('MathRandom takes the injected chance, or a seed', async () => {
  const definition = only({ Type: 'Pass', Parameters: { 'a.$': 'States.MathRandom(10, 20)', 'b.$': 'States.Array(States.MathRandom(0, 999, 3))' } });
  const withChance = async (chance: number) => JSON.parse((await run(definition, {}, { random: () => chance })).output!);
  const [first, second] = [await withChance(0.55), await withChance(0.99)];
  expect([first.a, second.a]).toEqual([15, 19]);
  expect(first.b).toEqual(second.b);
});
