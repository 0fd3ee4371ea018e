/** SDK options of every client: retries that fit a function's timeout, connections that fail fast. */
export const CLIENT_OPTIONS = { maxAttempts: 3 } as const;
