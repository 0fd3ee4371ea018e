import { Stack } from 'aws-cdk-lib';
import { AlertSubscriber } from '../../../src';
import { Alerts } from '../../../src/alerts/alerts';
import { Naming } from '../../../src/naming';
import { Synthesized, testApp } from '../../helpers/template';

/** What a subscriber of the alerts becomes in the template. */
export function subscriptionOf(make: (stack: Stack) => AlertSubscriber): { readonly [name: string]: any } {
  const stack = new Stack(testApp(), 'Payments');
  new Alerts(stack, 'Alerts', { naming: new Naming(), subscribers: [make(stack)] });
  const [{ Properties }, ...others] = new Synthesized(stack).all('AWS::SNS::Subscription');
  expect(others).toEqual([]);
  return Properties;
}
