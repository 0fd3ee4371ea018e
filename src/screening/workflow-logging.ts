import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { WorkflowLogs } from '../capacity/shape';

/** How much of what the transaction workflow does is logged. Logs are most of what a webhook costs. */
export enum WorkflowLogging {
  /** Every step with its input and its output: the whole journey can be retraced. Some 40 KB per transaction. */
  EVERYTHING = 'EVERYTHING',
  /** Every step without data. Some 9 KB per transaction. */
  EVENTS = 'EVENTS',
  /** Failed steps alone, with their data. */
  ERRORS = 'ERRORS',
}

interface LogOptions {
  readonly level: sfn.LogLevel;
  readonly includeExecutionData: boolean;
  readonly volume: WorkflowLogs;
}

/** What each means to AWS Step Functions, and to the capacity report. */
export const LOG_OPTIONS: Readonly<Record<WorkflowLogging, LogOptions>> = {
  [WorkflowLogging.EVERYTHING]: { level: sfn.LogLevel.ALL, includeExecutionData: true, volume: 'ALL' },
  [WorkflowLogging.EVENTS]: { level: sfn.LogLevel.ALL, includeExecutionData: false, volume: 'EVENTS' },
  [WorkflowLogging.ERRORS]: { level: sfn.LogLevel.ERROR, includeExecutionData: true, volume: 'ERRORS' },
};
