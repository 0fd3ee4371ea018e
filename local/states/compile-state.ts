import { RULE_FIELDS, compileCondition } from './choice';
import { compileMap, compileParallel, compileTask } from './compile-worker';
import { Compiler } from './compiler';
import { ChoiceState, FailState, PassState, State, SucceedState, WaitState } from './definition';
import { Fields } from './fields';
import { EVERYWHERE, PATHS, checkQueryLanguage, common, paths, resultPath } from './state-fields';
import { Template, compileExpression } from './templates';
import { parseTimestamp } from './timestamps';

const TYPES = ['Task', 'Parallel', 'Map', 'Choice', 'Pass', 'Wait', 'Succeed', 'Fail'] as const;

export function compileState(name: string, fields: Fields, compiler: Compiler): State {
  checkQueryLanguage(fields);
  const type = fields.oneOf('Type', TYPES) ?? fields.fail('Type', 'is required');
  switch (type) {
    case 'Task': return compileTask(name, fields, compiler);
    case 'Parallel': return compileParallel(name, fields, compiler);
    case 'Map': return compileMap(name, fields, compiler);
    case 'Choice': return compileChoice(name, fields);
    case 'Pass': return compilePass(name, fields);
    case 'Wait': return compileWait(name, fields);
    case 'Succeed': return compileSucceed(name, fields);
    case 'Fail': return compileFail(name, fields);
  }
}

function compileChoice(name: string, fields: Fields): ChoiceState {
  fields.only([...EVERYWHERE, ...PATHS, 'Choices', 'Default']);
  const rules = fields.list('Choices');
  if (rules.length === 0) fields.fail('Choices', 'must not be empty');
  const choices = rules.map((rule) => {
    rule.only(['Next', ...RULE_FIELDS]);
    const condition = rule.compiled('Choices', () => compileCondition(rule.without(['Next', 'Comment'])));
    return { condition, next: rule.string('Next') };
  });
  return { type: 'Choice', name, choices, default: fields.optional('Default', 'string'), ...paths(fields) };
}

function compilePass(name: string, fields: Fields): PassState {
  return {
    type: 'Pass',
    ...common(name, fields, ['Result', 'ResultPath', 'Parameters']),
    result: fields.value('Result'),
    parameters: fields.template('Parameters'),
    resultPath: resultPath(fields),
  };
}

function compileWait(name: string, fields: Fields): WaitState {
  const ways = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'];
  const base = common(name, fields, ways);
  const given = ways.filter((way) => fields.has(way));
  if (given.length !== 1) fields.fail(given[1] ?? 'Seconds', `exactly one of ${ways.join(', ')} is required`);
  return { type: 'Wait', ...base, until: waitUntil(fields) };
}

function waitUntil(fields: Fields): WaitState['until'] {
  const seconds = fields.integer('Seconds', 0);
  if (seconds !== undefined) return { seconds };
  const secondsPath = fields.referencePath('SecondsPath');
  if (secondsPath) return { secondsPath };
  const timestampPath = fields.referencePath('TimestampPath');
  if (timestampPath) return { timestampPath };
  const timestamp = fields.string('Timestamp');
  return parseTimestamp(timestamp) === undefined ? fields.fail('Timestamp', 'must be an RFC 3339 time') : { timestamp };
}

function compileSucceed(name: string, fields: Fields): SucceedState {
  fields.only([...EVERYWHERE, ...PATHS]);
  return { type: 'Succeed', name, ...paths(fields) };
}

function compileFail(name: string, fields: Fields): FailState {
  fields.only([...EVERYWHERE, 'Error', 'ErrorPath', 'Cause', 'CausePath']);
  return { type: 'Fail', name, inputPath: null, outputPath: null, error: failText(fields, 'Error'), cause: failText(fields, 'Cause') };
}

function failText(fields: Fields, field: 'Error' | 'Cause'): Template | undefined {
  fields.notBoth(field, `${field}Path`);
  const expression = fields.optional(`${field}Path`, 'string');
  if (expression !== undefined) return fields.compiled(`${field}Path`, () => compileExpression(`${field}Path`, expression));
  const text = fields.optional(field, 'string');
  return text === undefined ? undefined : () => text;
}
