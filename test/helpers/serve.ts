import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { AwsRequest, LocalService } from '../../local/kernel/wire';

/** A service on a free loopback port. */
export interface Served {
  readonly url: string;
  /** What the service was asked, in order. */
  readonly requests: AwsRequest[];
  /** Changes requests before the service sees them, as a broken network would. */
  tamper?: (request: AwsRequest) => AwsRequest;
  close(): Promise<void>;
}

export async function serve(service: LocalService): Promise<Served> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path, query] = request.url!.split(/\?(.*)/s);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const received = { method: request.method!, path, query: new URLSearchParams(query), headers, body: Buffer.concat(chunks) };
      served.requests.push(received);
      void service.handle(served.tamper?.(received) ?? received).then((answer) => {
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: Served = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [], close: () => closed(server) };
  return served;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

const ignore = () => undefined;

/** Client options that reach only this server. */
export function clientOptions(served: Served) {
  return {
    endpoint: served.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    logger: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
  };
}
