import { Compiler } from './compiler';
import { Flow, MapState, ParallelState, TaskState } from './definition';
import { Fields } from './fields';
import { parseReferencePath } from './paths';
import { Catcher, Retrier } from './retry';
import { common, resultPath } from './state-fields';

const WORKER = ['Parameters', 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];
const LONGEST_DELAY_SECONDS = 31_622_400;
const KNOWN_ERRORS = [
  'States.ALL', 'States.BranchFailed', 'States.DataLimitExceeded', 'States.ExceedToleratedFailureThreshold', 'States.HeartbeatTimeout',
  'States.Http.Socket', 'States.IntrinsicFailure', 'States.ItemReaderFailed', 'States.NoChoiceMatched', 'States.ParameterPathFailure',
  'States.Permissions', 'States.ResultPathMatchFailure', 'States.ResultWriterFailed', 'States.Runtime', 'States.TaskFailed', 'States.Timeout',
];

export function compileTask(name: string, fields: Fields, compiler: Compiler): TaskState {
  const base = worker(name, fields, ['Resource', 'TimeoutSeconds', 'TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath']);
  const timeoutSeconds = fields.amount('TimeoutSeconds', 1);
  const heartbeatSeconds = fields.amount('HeartbeatSeconds', 1);
  if (typeof timeoutSeconds === 'number' && typeof heartbeatSeconds === 'number' && heartbeatSeconds >= timeoutSeconds) {
    fields.fail('HeartbeatSeconds', 'must be less than TimeoutSeconds');
  }
  return { type: 'Task', ...base, parameters: fields.template('Parameters'), resource: taskResource(fields, compiler), timeoutSeconds, heartbeatSeconds };
}

function taskResource(fields: Fields, { rules }: Compiler): string {
  const resource = fields.string('Resource');
  if (resource.endsWith('.waitForTaskToken')) fields.refuse('Resource', '.waitForTaskToken');
  if (rules.type === 'EXPRESS' && /\.sync(:2)?$/.test(resource)) fields.fail('Resource', "an EXPRESS machine does not support '.sync' service integration");
  if (!rules.hasTask(resource)) fields.refuse('Resource', `the task resource ${resource}`);
  return resource;
}

export function compileParallel(name: string, fields: Fields, compiler: Compiler): ParallelState {
  const base = worker(name, fields, ['Branches']);
  const branches = fields.list('Branches');
  if (branches.length === 0) fields.fail('Branches', 'must not be empty');
  return { type: 'Parallel', ...base, parameters: fields.template('Parameters'), branches: branches.map((branch) => compiler.flow(branch)) };
}

export function compileMap(name: string, fields: Fields, compiler: Compiler): MapState {
  const base = worker(name, fields, [
    'ItemsPath', 'ItemSelector', 'ItemProcessor', 'Iterator', 'MaxConcurrency', 'MaxConcurrencyPath', 'Label',
    'ToleratedFailureCount', 'ToleratedFailureCountPath', 'ToleratedFailurePercentage', 'ToleratedFailurePercentagePath',
  ]);
  fields.notBoth('ItemSelector', 'Parameters');
  const { processor, distributed } = itemProcessor(fields, compiler);
  if (!distributed) refuseDistributedFields(fields);
  fields.notBoth('ToleratedFailurePercentage', 'ToleratedFailurePercentagePath');
  return {
    type: 'Map',
    ...base,
    itemsPath: fields.referencePath('ItemsPath') ?? parseReferencePath('$'),
    itemSelector: fields.template('ItemSelector') ?? fields.template('Parameters'),
    processor,
    distributed,
    maxConcurrency: fields.amount('MaxConcurrency', 0) ?? 0,
    toleratedFailureCount: fields.amount('ToleratedFailureCount', 0),
    toleratedFailurePercentage: fields.number('ToleratedFailurePercentage', 0, 100) ?? fields.referencePath('ToleratedFailurePercentagePath'),
  };
}

/** `Iterator` is the older name of `ItemProcessor`. */
function itemProcessor(fields: Fields, compiler: Compiler): { processor: Flow; distributed: boolean } {
  fields.notBoth('ItemProcessor', 'Iterator');
  const field = fields.has('Iterator') ? 'Iterator' : 'ItemProcessor';
  const inner = fields.at(field, fields.object(field));
  return { processor: compiler.flow(inner, ['ProcessorConfig']), distributed: isDistributed(inner) };
}

function isDistributed(processor: Fields): boolean {
  if (!processor.has('ProcessorConfig')) return false;
  const config = processor.at('ProcessorConfig', processor.object('ProcessorConfig'));
  config.only(['Mode', 'ExecutionType']);
  const distributed = config.oneOf('Mode', ['INLINE', 'DISTRIBUTED']) === 'DISTRIBUTED';
  const type = config.oneOf('ExecutionType', ['STANDARD', 'EXPRESS']);
  if (type === 'EXPRESS') config.refuse('ExecutionType', 'EXPRESS child executions');
  if (type !== undefined && !distributed) config.fail('ExecutionType', 'belongs to the mode DISTRIBUTED');
  return distributed;
}

function refuseDistributedFields(fields: Fields): void {
  const only = ['Label', 'ToleratedFailureCount', 'ToleratedFailureCountPath', 'ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'];
  const given = only.find((field) => fields.has(field));
  if (given !== undefined) fields.fail(given, 'belongs to the mode DISTRIBUTED');
}

function worker(name: string, fields: Fields, own: readonly string[]) {
  const base = common(name, fields, [...WORKER, ...own]);
  return {
    ...base,
    resultSelector: fields.template('ResultSelector'),
    resultPath: resultPath(fields),
    retry: fields.has('Retry') ? errorList(fields, 'Retry').map(compileRetrier) : [],
    catch: fields.has('Catch') ? errorList(fields, 'Catch').map(compileCatcher) : [],
  };
}

/** States.ALL must stand alone and come last. */
function errorList(fields: Fields, field: string): Fields[] {
  const entries = fields.list(field);
  for (const [i, entry] of entries.entries()) {
    const names = entry.strings('ErrorEquals');
    const unknown = names.find((error) => error.startsWith('States.') && !KNOWN_ERRORS.includes(error));
    if (unknown !== undefined) entry.fail('ErrorEquals', `${unknown} is not an error name of the States Language`);
    if (!names.includes('States.ALL')) continue;
    if (names.length > 1) entry.fail('ErrorEquals', 'States.ALL must stand alone');
    if (i < entries.length - 1) entry.fail('ErrorEquals', 'States.ALL must come last');
  }
  return entries;
}

function compileRetrier(fields: Fields): Retrier {
  fields.only(['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy']);
  const intervalSeconds = fields.integer('IntervalSeconds', 1) ?? 1;
  const maxDelaySeconds = fields.integer('MaxDelaySeconds', 1, LONGEST_DELAY_SECONDS - 1);
  if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) fields.fail('MaxDelaySeconds', 'must be greater than IntervalSeconds');
  return {
    errorEquals: fields.strings('ErrorEquals'),
    intervalSeconds,
    maxAttempts: fields.integer('MaxAttempts', 0) ?? 3,
    backoffRate: fields.number('BackoffRate', 1, Number.MAX_VALUE) ?? 2,
    maxDelaySeconds: maxDelaySeconds ?? Infinity,
    fullJitter: fields.oneOf('JitterStrategy', ['FULL', 'NONE']) === 'FULL',
  };
}

function compileCatcher(fields: Fields): Catcher {
  fields.only(['ErrorEquals', 'Next', 'ResultPath']);
  return {
    errorEquals: fields.strings('ErrorEquals'),
    next: fields.string('Next'),
    resultPath: resultPath(fields),
  };
}
