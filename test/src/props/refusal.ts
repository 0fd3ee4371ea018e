import { Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem } from '../../../src';
import { PropsOrFactory, testApp } from '../../helpers/template';

/** Props that are refused. */
export interface Refusal {
  readonly props: PropsOrFactory;
  /** What the message says is wrong. */
  readonly prop: string;
  /** How the value is shown, or the start of it. */
  readonly value: string;
  /** What the message says to do about it, or the start of that. */
  readonly fix: string;
}

/** A system that is built, not synthesized. */
export function construct(props: PropsOrFactory): WebhookProcessingSystem {
  const stack = new Stack(testApp(), 'Test');
  return new WebhookProcessingSystem(stack, 'Payments', typeof props === 'function' ? props(stack) : props);
}

function refusalOf(props: PropsOrFactory): string {
  try {
    construct(props);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
}

/** One test per refusal: the message names the prop, its value and the fix. */
export function refuses(refusals: Refusal[]): void {
  it.each(refusals.map((refusal) => [`${refusal.prop} ${refusal.value}`, refusal] as const))('%s', (_, { props, prop, value, fix }) => {
    const start = `WebhookProcessingSystem: ${prop} is ${value}`;
    const message = refusalOf(props);
    expect(message.slice(0, start.length)).toBe(start);
    expect(message).toContain(`: ${fix}`);
  });
}

/** One test for each set of props that is taken. */
export function takes(cases: { readonly [name: string]: PropsOrFactory }): void {
  it.each(Object.entries(cases))('%s', (_, props) => expect(construct(props).table).toBeDefined());
}
