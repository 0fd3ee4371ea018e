import { Runner } from '../runner/runner';

/** Every alert as its reader would have it. */
export function alerts({ services }: Runner): object {
  return { alerts: services.topics.mailbox() };
}
