import { evaluateText, References } from './intrinsics';

/** `Fn::Sub`, with and without its own variables; `${!x}` stands for the text `${x}`. */
export function substitute(argument: unknown, references: References): string {
  const [template, variables] = Array.isArray(argument) ? argument as [unknown, Record<string, unknown>] : [argument, {}];
  if (typeof template !== 'string') return references.fail('Fn::Sub needs text');
  return template.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    return evaluateText(variable(name.trim(), variables ?? {}), `Fn::Sub \${${name}}`, references);
  });
}

function variable(name: string, variables: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(variables, name)) return variables[name];
  return name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name };
}
