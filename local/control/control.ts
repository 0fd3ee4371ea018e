import { AwsRequest, AwsResponse } from '../kernel/wire';
import { Runner } from '../runner/runner';
import { pendingWork } from '../runner/services';
import { alerts } from './alerts';
import { runArchive } from './archive';
import { signedCurl } from './curl';
import { endpoints } from './endpoints';
import { journey } from './journey';

const PAGES = {
  'GET /_local/endpoints': 'where everything is: webhook endpoints, service URLs, physical names',
  'GET /_local/transactions/{transaction_id}': 'the journey of one transaction',
  'GET /_local/alerts': 'every alert as its reader would have it',
  'GET /_local/curl/{endpoint}': 'a signed command to paste; POST a body to have that one signed',
  'POST /_local/archive': 'runs the archive schedule now, or as if it were {"now": "<ISO time>"}',
};

/** The runner's own pages below `/_local`. */
export function control(runner: Runner): (request: AwsRequest) => Promise<AwsResponse | undefined> {
  return async (request) => {
    const { method, path, body } = request;
    const [, , page, ...rest] = path.split('/');
    if (page === 'outside') return runner.services.outside.handle(request);
    const name = rest.length > 0 ? decodeURIComponent(rest.join('/')) : undefined;
    switch (`${method} ${page ?? ''}`) {
      case 'GET ':
        return json(200, { name: 'cdk-webhook-processing', stacks: runner.stacks, pending: pendingWork(runner.services), pages: PAGES });
      case 'GET endpoints':
        return json(200, endpoints(runner));
      case 'GET alerts':
        return json(200, alerts(runner));
      case 'GET transactions': {
        if (!name) return undefined;
        const found = await journey(runner, name);
        return found ? json(200, found) : json(404, { error: `No transaction ${name} has been stored` });
      }
      case 'GET curl':
      case 'POST curl': {
        const command = signedCurl(runner, name, body.length > 0 ? body : undefined);
        return command ? { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${command}\n` } : json(404, { error: `No endpoint ${name}` });
      }
      case 'POST archive': {
        const now = nowIn(body, runner.services.clock.now());
        return now ? json(200, await runArchive(runner, now)) : json(400, { error: 'The body may be {"now": "<ISO 8601 time>"}' });
      }
      default:
        return undefined;
    }
  };
}

function nowIn(body: Buffer, otherwise: number): Date | undefined {
  if (body.length === 0) return new Date(otherwise);
  try {
    const { now = otherwise } = JSON.parse(body.toString('utf8')) as { now?: string | number };
    const date = new Date(now);
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    return undefined;
  }
}

function json(status: number, value: object): AwsResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value, null, 2)}\n` };
}
