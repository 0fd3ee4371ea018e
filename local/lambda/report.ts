import { Outcome } from './execution-environment';
import { FunctionSpec } from './function-spec';

export interface Report {
  readonly requestId: string;
  readonly outcome: Outcome;
  readonly initMs?: number;
  readonly errorType?: string;
}

/** The platform's line before an invocation. */
export function startLine(spec: FunctionSpec, requestId: string, time: string): string {
  if (spec.logFormat === 'JSON') return JSON.stringify({ time, type: 'platform.start', record: { requestId, version: '$LATEST' } });
  return `START RequestId: ${requestId} Version: $LATEST`;
}

/** The platform's lines after an invocation. */
export function endLines(spec: FunctionSpec, report: Report, time: string): string[] {
  if (spec.logFormat === 'JSON') return [jsonReport(spec, report, time)];
  const { requestId, outcome: { status } } = report;
  const timedOut = status === 'timeout' ? [`${time} ${requestId} Task timed out after ${spec.timeoutSeconds.toFixed(2)} seconds`] : [];
  return [...timedOut, `END RequestId: ${requestId}`, textReport(spec, report)];
}

function textReport(spec: FunctionSpec, { requestId, outcome, initMs, errorType }: Report): string {
  const { durationMs, maxMemoryMb, status } = outcome;
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${spec.memoryMb} MB`,
    ...(maxMemoryMb === undefined ? [] : [`Max Memory Used: ${maxMemoryMb} MB`]),
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(status === 'timeout' ? ['Status: timeout'] : []),
    ...(errorType?.startsWith('Runtime.') ? ['Status: error', `Error Type: ${errorType}`] : []),
  ].join('\t') + '\t';
}

function jsonReport(spec: FunctionSpec, { requestId, outcome, initMs, errorType }: Report, time: string): string {
  const { durationMs, maxMemoryMb, status } = outcome;
  const metrics = {
    durationMs: round(durationMs),
    billedDurationMs: Math.ceil(durationMs),
    memorySizeMB: spec.memoryMb,
    maxMemoryUsedMB: maxMemoryMb,
    initDurationMs: initMs === undefined ? undefined : round(initMs),
  };
  return JSON.stringify({ time, type: 'platform.report', record: { requestId, status, errorType, metrics } });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
