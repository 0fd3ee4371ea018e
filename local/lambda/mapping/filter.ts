import { compilePattern } from '../../events/pattern';
import { ServiceError } from '../../kernel/wire';

/** Lambda's quota is 5, raised to 10 on request. */
const MAX_FILTERS = 10;

/** `FilterCriteria`: a record passes when any pattern matches it, or when there is none. */
export function recordFilter(patterns: readonly string[]): (record: unknown) => boolean {
  if (patterns.length === 0) return () => true;
  if (patterns.length > MAX_FILTERS) throw invalid(`${patterns.length} filters, ${MAX_FILTERS} are allowed`);
  const compiled = patterns.map(compiledPattern);
  return (record) => compiled.some((pattern) => pattern.matches(record));
}

function compiledPattern(pattern: string): ReturnType<typeof compilePattern> {
  try {
    return compilePattern(JSON.parse(pattern));
  } catch (error) {
    throw invalid(`the filter pattern ${pattern}: ${(error as Error).message}`);
  }
}

function invalid(what: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', `Invalid filter criteria: ${what}`);
}
