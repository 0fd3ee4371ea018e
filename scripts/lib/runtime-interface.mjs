import { createServer } from 'node:http';

/**
 * Serves the Lambda Runtime Interface for one invocation of one function.
 * Answers with its address, and with what the function says: { response } or { error }.
 */
export async function serveOnce(event, seconds) {
  let settle;
  const outcome = new Promise((resolve, reject) => {
    settle = resolve;
    setTimeout(() => reject(new Error(`The function did not answer within ${seconds} s`)), seconds * 1000).unref();
  });
  let handedOut = false;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      if (request.url.endsWith('/invocation/next')) {
        // The second one waits, as on AWS, until the environment is ended.
        if (handedOut) return;
        handedOut = true;
        response.writeHead(200, {
          'content-type': 'application/json', 'lambda-runtime-aws-request-id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
          'lambda-runtime-deadline-ms': String(Date.now() + seconds * 1000),
        }).end(JSON.stringify(event));
        return;
      }
      response.writeHead(202).end();
      settle(request.url.endsWith('/response') ? { response: JSON.parse(body) } : { error: JSON.parse(body) });
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    address: `127.0.0.1:${server.address().port}`,
    outcome: outcome.finally(() => { server.closeAllConnections(); server.close(); }),
  };
}
