/**
 * Runs in every handler process before its code: whatever the global `fetch` would get from another
 * machine, it asks of the runner instead. It is text for the same reasons as the Lambda runtime is.
 */
export function preloadFor(runnerUrl: string): string {
  return String.raw`
const real = globalThis.fetch;
const isInside = ({ protocol, hostname }) =>
  !/^https?:$/.test(protocol) || /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);

globalThis.fetch = async function fetch(input, init) {
  const request = input instanceof Request;
  const url = new URL(request ? input.url : input);
  if (isInside(url)) return real(input, init);
  const local = ${JSON.stringify(`${runnerUrl}/_local/outside/`)} + url.host + url.pathname + url.search;
  return real(request ? new Request(local, input) : local, init);
};
`;
}
