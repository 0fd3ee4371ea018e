import { AssemblyError } from './files';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
}

/** A CloudFormation template, as far as the runner reads it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
}

const SECTIONS = ['Resources', 'Outputs', 'Parameters', 'Conditions', 'Mappings', 'Rules', 'Metadata', 'Description', 'AWSTemplateFormatVersion'];

/** Refuses what would change the meaning of the template and is not run, e.g. `Transform`. */
export function checkSections(template: Template, stack: string): void {
  const unknown = Object.keys(template).filter((section) => !SECTIONS.includes(section));
  if (unknown.length > 0) throw new AssemblyError(`Stack ${stack}: the local runner does not support the template section ${unknown.join(', ')}`);
  const rules = Object.keys(template.Rules ?? {}).filter((rule) => rule !== 'CheckBootstrapVersion');
  if (rules.length > 0) throw new AssemblyError(`Stack ${stack}: the local runner does not support template rules (${rules.join(', ')})`);
}
