import { HistoryEvent, withoutData } from './history';

/** A machine's LoggingConfiguration. */
export interface MachineLogging {
  readonly level: 'ALL' | 'ERROR' | 'FATAL' | 'OFF';
  readonly includeExecutionData: boolean;
  readonly logGroupArn?: string;
}

const FATAL = /^Execution(Failed|TimedOut|Aborted)$/;
const ERROR = /(Failed|TimedOut|Aborted)$|^FailStateEntered$/;

/** The line Step Functions would log for this event, or undefined below the machine's level. */
export function logLine(logging: MachineLogging, executionArn: string, event: HistoryEvent): string | undefined {
  if (!isLogged(logging.level, event.type)) return undefined;
  const details = event.details ?? {};
  return JSON.stringify({
    id: String(event.id),
    type: event.type,
    details: logging.includeExecutionData ? details : withoutData(details),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(event.timestamp),
    execution_arn: executionArn,
    redrive_count: '0',
  });
}

function isLogged(level: MachineLogging['level'], type: string): boolean {
  if (level === 'OFF') return false;
  if (level === 'ALL') return true;
  return (level === 'FATAL' ? FATAL : ERROR).test(type);
}
