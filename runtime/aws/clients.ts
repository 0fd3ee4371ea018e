/** SDK options of every client: retries that fit a function's timeout. */
export const CLIENT_OPTIONS = { maxAttempts: 3 } as const;

/** For calls that a provider waits for: by itself the SDK would wait for an answer that was lost as long as the function lives. */
export const PROMPT_CLIENT_OPTIONS = {
  ...CLIENT_OPTIONS,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
