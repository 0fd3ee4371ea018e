const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** The JSON error Lambda answers with when the environment, not the handler, failed. */
export function failure(errorType: string, message: string, requestId?: string): string {
  const errorMessage = requestId ? `RequestId: ${requestId} Error: ${message}` : message;
  return JSON.stringify({ errorType, errorMessage });
}

export function timeoutMessage(seconds: number): string {
  return `Task timed out after ${seconds.toFixed(2)} seconds`;
}

export function exitMessage(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}
