import { AlarmState } from './model';

/** The description of an alarm, and where to read on: descriptions end with a link into the runbook. */
export function described(text = ''): Pick<AlarmState, 'description' | 'runbook'> {
  const [, sentence, runbook] = /^(.*?)\s*(?:What to do:\s*)?(https?:\/\/\S+)?$/s.exec(text)!;
  return { description: sentence, ...(runbook !== undefined && { runbook }) };
}
