import * as fc from 'fast-check';
import { evaluate, NO_VALUE, References } from '../../../local/assembly/intrinsics';

const references: References = {
  ref: (name) => ({ 'AWS::Region': 'us-east-1', 'AWS::NoValue': NO_VALUE, 'Name': 'payments', 'List': ['a', 'b'], 'Count': 3 })[name],
  attribute: (id, attribute) => `${id}#${attribute}`,
  condition: (name) => name === 'Yes',
  mapped: (map, first, second) => `${map}/${first}/${second}` === 'M/x/y' ? 'found' : undefined,
  imported: (name) => `import:${name}`,
  stackOutput: (stack, output) => `${stack}!${output}`,
  fail: (message) => { throw new Error(message); },
};

const resolve = (value: unknown): unknown => evaluate(value, references);

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'Name' }, 'payments'],
    ['Ref inside a list', [{ Ref: 'Name' }, 1], ['payments', 1]],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue#Arn'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Nested.Outputs.Url' }, 'Nested#Outputs.Url'],
    ['GetAtt with a computed attribute', { 'Fn::GetAtt': ['Queue', { Ref: 'Name' }] }, 'Queue#payments'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 1, true]] }, 'a-payments-1-true'],
    ['Join of a list reference', { 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    ['Join drops NoValue', { 'Fn::Join': [',', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, 'a,b'],
    ['Sub', { 'Fn::Sub': '${Name}/${Queue.Arn}/${Count}' }, 'payments/Queue#Arn/3'],
    ['Sub with variables', { 'Fn::Sub': ['${x}-${Name}', { x: { 'Fn::Join': ['', ['1', '2']] } }] }, '12-payments'],
    ['Sub keeps ${!literal}', { 'Fn::Sub': '${!Name} ${Name} $Name $' }, '${Name} payments $Name $'],
    ['Sub inserts text as it is', { 'Fn::Sub': ['${x}', { x: '$& ${Name}' }] }, '$& ${Name}'],
    ['Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Select of Split', { 'Fn::Select': [2, { 'Fn::Split': [':', 'a:b:c'] }] }, 'c'],
    ['Split', { 'Fn::Split': [',', 'a,,b'] }, ['a', '', 'b']],
    ['If, yes', { 'Fn::If': ['Yes', 'y', { 'Fn::GetAtt': 1 }] }, 'y'],
    ['If, no', { 'Fn::If': ['No', 'y', 'n'] }, 'n'],
    ['If with NoValue drops the key', { a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: 2 }, { b: 2 }],
    ['NoValue drops the item', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['FindInMap', { 'Fn::FindInMap': ['M', 'x', { 'Fn::Join': ['', ['y']] }] }, 'found'],
    ['FindInMap with a default', { 'Fn::FindInMap': ['M', 'x', 'z', { DefaultValue: { Ref: 'Name' } }] }, 'payments'],
    ['Base64', { 'Fn::Base64': { Ref: 'Name' } }, 'cGF5bWVudHM='],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': '${Name}:x' } }, 'import:payments:x'],
    ['GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O' } }, 'S!O'],
    ['ToJsonString', { 'Fn::ToJsonString': { b: { Ref: 'Name' }, a: [{ Ref: 'AWS::NoValue' }] } }, '{"b":"payments","a":[]}'],
    ['Length', { 'Fn::Length': { Ref: 'List' } }, 2],
    ['GetAZs', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    ['Equals as a value', { 'Fn::Equals': [{ Ref: 'Count' }, '3'] }, true],
    ['a policy condition is no intrinsic', { Condition: { Bool: { x: 'false' } } }, { Condition: { Bool: { x: 'false' } } }],
    ['And, Or, Not, Condition', {
      'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Not': [{ Condition: 'No' }] }] }],
    }, true],
  ])('%s', (_, value, expected) => expect(resolve(value)).toEqual(expected));

  test.each<[string, unknown, RegExp]>([
    ['an unknown function', { 'Fn::Transform': {} }, /does not support Fn::Transform/],
    ['Select beyond the list', { 'Fn::Select': [2, ['a']] }, /no item 2/],
    ['Join of an object', { 'Fn::Join': ['', [{ a: 1 }]] }, /Fn::Join needs text/],
    ['Join of no list', { 'Fn::Join': ['', 'a'] }, /Fn::Join needs a list/],
    ['FindInMap without an entry', { 'Fn::FindInMap': ['M', 'x', 'z'] }, /nothing at M → x → z/],
    ['Sub of NoValue', { 'Fn::Sub': '${AWS::NoValue}' }, /AWS::NoValue/],
    ['too few arguments', { 'Fn::If': ['Yes', 1] }, /takes 3 arguments/],
  ])('refuses %s', (_, value, message) => expect(() => resolve(value)).toThrow(message));

  test('leaves anything without intrinsic functions as it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(resolve(value)).toEqual(value)));
  });

  test('Split undoes Join', () => {
    const part = fc.string().filter((text) => !text.includes('|'));
    fc.assert(fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      expect(resolve({ 'Fn::Split': ['|', { 'Fn::Join': ['|', parts] }] })).toEqual(parts);
    }));
  });

  test('Sub with variables equals Join', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      expect(resolve({ 'Fn::Sub': ['${a}:${b}', { a, b }] })).toBe(`${a}:${b}`);
    }));
  });
});
