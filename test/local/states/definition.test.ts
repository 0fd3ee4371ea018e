import { LAMBDA, only, service } from './helpers';

function create(definition: object, type: 'EXPRESS' | 'STANDARD' = 'STANDARD') {
  return () => service({ handlers: { [LAMBDA]: () => 1, 'arn:aws:states:::states:startExecution.sync:2': () => 1 } }).create(definition, { type });
}

const end = { Type: 'Succeed' };
const task = (more: object) => only({ Type: 'Task', Resource: LAMBDA, ...more });
const map = (more: object, config?: object) => only({ Type: 'Map', ItemProcessor: { StartAt: 'I', States: { I: end }, ProcessorConfig: config }, ...more });

test.each<[string, object]>([
  ['comments everywhere', { Comment: 'c', Version: '1.0', StartAt: 'S', States: { S: { Type: 'Pass', Comment: 'c', End: true } } }],
  ['the default query language', { QueryLanguage: 'JSONPath', StartAt: 'S', States: { S: { ...end, QueryLanguage: 'JSONPath' } } }],
  ['what the CDK writes for a function', task({
    Parameters: { 'FunctionName': 'f', 'Payload.$': '$' },
    OutputPath: '$.Payload',
    Retry: [{ ErrorEquals: ['Lambda.ServiceException', 'Lambda.SdkClientException'], IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 }],
  })],
])('accepts %s', (_name, definition) => {
  expect(create(definition)).not.toThrow();
});

test.each<[string, object, RegExp]>([
  ['no StartAt', { States: { S: end } }, /field StartAt: is required/],
  ['a start that is not there', { StartAt: 'X', States: { S: end } }, /field StartAt: there is no state 'X'/],
  ['an unknown type', only({ Type: 'Jump' }), /state S, field Type/],
  ['an unknown field', only({ Type: 'Pass', Results: 1 }), /state S, field Results/],
  ['an unknown field of the machine', { ...only({ Type: 'Pass' }), Timeout: 1 }, /machine machine, field Timeout/],
  ['a Next that is not there', { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'X' } } }, /leads to 'X'/],
  ['a Catch that is not there', task({ Catch: [{ ErrorEquals: ['E'], Next: 'X' }] }), /leads to 'X'/],
  ['an unreachable state', { StartAt: 'S', States: { S: end, T: end } }, /field States.T: cannot be reached/],
  ['no way to end', { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S' } } }, /no terminal state/],
  ['both Next and End', { StartAt: 'S', States: { S: { Type: 'Pass', Next: 'S', End: true } } }, /either Next or/],
  ['neither Next nor End', { StartAt: 'S', States: { S: { Type: 'Pass' } } }, /either Next or/],
  ['a name twice', only({ Type: 'Parallel', Branches: [{ StartAt: 'S', States: { S: end } }] }), /unique/],
  ['a long name', { StartAt: 'x'.repeat(81), States: { ['x'.repeat(81)]: end } }, /80 characters/],
  ['an error in a branch', only({ Type: 'Parallel', Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Nxt: 'B' } } }] }), /state S, Branches\[0\], state B, field Nxt/],
  ['States.ALL in company', task({ Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }), /must stand alone/],
  ['States.ALL not last', task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }), /must come last/],
  ['an invented error name', task({ Retry: [{ ErrorEquals: ['States.Oops'] }] }), /States\.Oops is not an error name/],
  ['a low backoff', task({ Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }] }), /BackoffRate/],
  ['a low maximum delay', task({ Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] }), /MaxDelaySeconds/],
  ['a wide ResultPath', task({ ResultPath: '$.a[*]' }), /field ResultPath/],
  ['a ResultPath into the context', task({ ResultPath: '$$.a' }), /field ResultPath/],
  ['two timeouts', task({ TimeoutSeconds: 1, TimeoutSecondsPath: '$.t' }), /cannot be given together/],
  ['a slow heartbeat', task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }), /less than TimeoutSeconds/],
  ['two ways to wait', only({ Type: 'Wait', Seconds: 1, SecondsPath: '$.s' }), /exactly one of/],
  ['a bad time', only({ Type: 'Wait', Timestamp: '2026-13-01T00:00:00Z' }), /RFC 3339/],
  ['a field with and without .$', only({ Type: 'Pass', Parameters: { 'a': 1, 'a.$': '$' } }), /given twice/],
  ['a .$ that is not a path', only({ Type: 'Pass', Parameters: { 'a.$': 'x' } }), /must be a valid JSONPath/],
  ['tolerance of an inline map', map({ ToleratedFailureCount: 1 }), /DISTRIBUTED/],
])('refuses %s', (_name, definition, why) => {
  expect(create(definition)).toThrow(why);
  expect(create(definition)).toThrow(expect.objectContaining({ name: 'InvalidDefinition' }));
});

test.each<[string, object, RegExp]>([
  ['JSONata', { ...only({ Type: 'Pass' }), QueryLanguage: 'JSONata' }, /JSONata \(machine machine, field QueryLanguage\)/],
  ['JSONata in one state', only({ Type: 'Pass', QueryLanguage: 'JSONata' }), /JSONata \(machine machine, state S, field QueryLanguage\)/],
  ['variables', only({ Type: 'Pass', Assign: { a: 1 } }), /state S, field Assign/],
  ['callbacks', only({ Type: 'Task', Resource: `${LAMBDA}.waitForTaskToken` }), /waitForTaskToken \(machine machine, state S, field Resource\)/],
  ['an unknown resource', only({ Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun' }), /glue:startJobRun/],
  ['items from S3', map({ ItemReader: {} }, { Mode: 'DISTRIBUTED' }), /state S, field ItemReader/],
  ['results to S3', map({ ResultWriter: {} }, { Mode: 'DISTRIBUTED' }), /state S, field ResultWriter/],
  ['batches', map({ ItemBatcher: {} }, { Mode: 'DISTRIBUTED' }), /state S, field ItemBatcher/],
  ['EXPRESS children', map({}, { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }), /field ExecutionType/],
])('does not support %s', (_name, definition, why) => {
  expect(create(definition)).toThrow(why);
  expect(create(definition)).toThrow(expect.objectContaining({ name: 'NotSupportedLocally' }));
});

test('.sync only in STANDARD machines', () => {
  const definition = only({ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2' });
  expect(create(definition)).not.toThrow();
  expect(create(definition, 'EXPRESS')).toThrow(/\.sync/);
});

test.each(['', 'nope', '[]', '"x"'])('%j is not a definition', (definition) => {
  const { machines } = service();
  expect(() => machines.create({ arn: 'a', name: 'm', type: 'STANDARD', definition })).toThrow('valid JSON object');
});
