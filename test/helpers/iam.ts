import { IConstruct } from 'constructs';
import { render, Synthesized } from './template';

/** One statement of a template, with its resources rendered. */
export interface Statement {
  /** Logical id of the policy, role or resource policy that holds it. */
  readonly owner: string;
  readonly ownerType: string;
  /** Logical ids of the roles it is attached to; none for a resource policy. */
  readonly roles: string[];
  readonly effect: string;
  readonly actions: string[];
  readonly resources: string[];
  /** e.g. `Service:events.amazonaws.com`. */
  readonly principals: string[];
  readonly condition?: any;
}

const list = (value: unknown): unknown[] => value === undefined ? [] : [value].flat();

/** Every statement of every identity and resource policy of a template; trust policies are not among them. */
export function statementsOf(synthesized: Synthesized): Statement[] {
  return Object.entries(synthesized.resources).flatMap(([logicalId, { Type, Properties = {} }]) =>
    documentsIn(Properties).flatMap(({ document, roles }) => list(document.Statement).map((statement: any): Statement => ({
      owner: logicalId,
      ownerType: Type,
      roles: Type === 'AWS::IAM::Role' ? [logicalId] : roles,
      effect: statement.Effect,
      actions: list(statement.Action).map(String),
      resources: list(statement.Resource).map(render),
      principals: principalsOf(statement.Principal),
      condition: statement.Condition,
    }))));
}

function documentsIn(properties: { readonly [name: string]: any }): { document: any; roles: string[] }[] {
  const roles = list(properties.Roles).map((role: any) => role.Ref as string);
  const own = ['PolicyDocument', 'KeyPolicy', 'ResourcePolicy', 'Policy'].filter((name) => properties[name] !== undefined)
    .map((name) => ({ document: isDocument(properties[name]) ? properties[name] : JSON.parse(render(properties[name])), roles }));
  const inline = list(properties.Policies).map((policy: any) => ({ document: policy.PolicyDocument, roles }));
  return [...own, ...inline];
}

function isDocument(value: any): boolean {
  return typeof value === 'object' && 'Statement' in value;
}

function principalsOf(principal: any): string[] {
  if (typeof principal !== 'object') return list(principal).map(String);
  return Object.entries(principal).flatMap(([kind, names]) => list(names).map((name) => `${kind}:${render(name)}`));
}

/** What a role may do: rendered resources by action. Two grants of one action are joined. */
export function permissionsOf(synthesized: Synthesized, role: IConstruct): { [action: string]: string[] } {
  const logicalId = synthesized.idOf(role);
  const permissions: { [action: string]: string[] } = {};
  for (const { roles, effect, actions, resources } of statementsOf(synthesized)) {
    if (!roles.includes(logicalId) || effect !== 'Allow') continue;
    for (const action of actions) permissions[action] = [...permissions[action] ?? [], ...resources].sort();
  }
  return permissions;
}
