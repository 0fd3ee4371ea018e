import { AssemblyError } from './files';
import { TemplateParameter } from './template';

/** The version of the newest CDK bootstrap stack the templates could ask for. */
const BOOTSTRAP_VERSION = '1000000';

/** The value of a template parameter: the one given, else its default. */
export function parameterValue(stack: string, name: string, parameter: TemplateParameter, given: string | undefined): unknown {
  if (parameter.Type.startsWith('AWS::SSM::Parameter::')) return ssmParameter(stack, name, parameter, given);
  const value = given ?? parameter.Default;
  if (value === undefined) throw new AssemblyError(`Stack ${stack}: the parameter ${name} has no default; give it a value`);
  if (parameter.Type === 'Number') return Number(value);
  return /^(CommaDelimitedList|List<.*>)$/.test(parameter.Type) ? listOf(parameter.Type, String(value)) : String(value);
}

function listOf(type: string, value: string): unknown[] {
  const items = value === '' ? [] : value.split(',').map((item) => item.trim());
  return type === 'List<Number>' ? items.map(Number) : items;
}

function ssmParameter(stack: string, name: string, parameter: TemplateParameter, given: string | undefined): unknown {
  if (/^\/cdk-bootstrap\/.*\/version$/.test(String(parameter.Default))) return BOOTSTRAP_VERSION;
  if (given !== undefined) return given;
  throw new AssemblyError(`Stack ${stack}: the parameter ${name} reads ${parameter.Default ?? 'a value'} from SSM, which is not there locally; give it a value`);
}
