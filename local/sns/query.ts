import { randomUUID } from 'node:crypto';
import { AwsRequest, AwsResponse, notSupported, ServiceError } from '../kernel/wire';
import { toXml, XmlObject } from '../s3/xml';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

interface Tree {
  [name: string]: string | Tree;
}

/** The parameters of an AWS Query request, where dots nest: `Attributes.entry.1.key=…`. */
export class QueryInput {
  public static parse(form: URLSearchParams): QueryInput {
    const root: Tree = Object.create(null);
    for (const [path, value] of form) {
      const names = path.split('.');
      const last = names.pop()!;
      const parent = names.reduce<Tree>((tree, name) => {
        const next = tree[name];
        return typeof next === 'object' ? next : (tree[name] = Object.create(null));
      }, root);
      parent[last] = value;
    }
    return new QueryInput(root);
  }

  private constructor(private readonly tree: Tree) {}

  public text(name: string): string | undefined {
    const value = this.tree[name];
    return typeof value === 'string' ? value : undefined;
  }

  public required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalidParameter(`${name} Reason: is required`);
    return value;
  }

  public child(name: string): QueryInput {
    const value = this.tree[name];
    return new QueryInput(typeof value === 'object' ? value : {});
  }

  /** The members of a list or the entries of a map, in order. */
  public items(name: string, wrapper: 'member' | 'entry'): QueryInput[] {
    const numbered = this.child(name).child(wrapper).tree;
    const order = Object.keys(numbered).sort((a, b) => Number(a) - Number(b));
    return order.map((index) => new QueryInput(numbered[index] as Tree));
  }

  /** Refuses parameters that would be ignored. */
  public only(action: string, names: readonly string[]): this {
    const unknown = Object.keys(this.tree).find((name) => !names.includes(name));
    if (unknown !== undefined) throw notSupported('SNS', `the parameter ${unknown} of ${action}`);
    return this;
  }
}

export interface QueryAction {
  readonly parameters: readonly string[];
  run(input: QueryInput): Promise<XmlObject | void>;
}

/** Serves the AWS Query protocol: a form in, XML out. */
export async function serveQuery(actions: Readonly<Record<string, QueryAction>>, request: AwsRequest): Promise<AwsResponse> {
  const requestId = randomUUID();
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
  try {
    const input = QueryInput.parse(new URLSearchParams(request.body.toString('utf8')));
    const name = input.text('Action') ?? '';
    if (!Object.hasOwn(actions, name)) throw notSupported('SNS', `the action ${name || '(none)'}`);
    const action = actions[name];
    const result = await action.run(input.only(name, ['Action', 'Version', ...action.parameters]));
    const content = { ...(result && { [`${name}Result`]: result }), ResponseMetadata: { RequestId: requestId } };
    return { status: 200, headers, body: toXml(`${name}Response`, content, NAMESPACE) };
  } catch (error) {
    const known = error instanceof ServiceError ? error : new ServiceError('InternalError', String(error), 500);
    const content = { Error: { Type: known.status < 500 ? 'Sender' : 'Receiver', Code: known.code, Message: known.message }, RequestId: requestId };
    return { status: known.status, headers, body: toXml('ErrorResponse', content, NAMESPACE) };
  }
}

/** A map as XML. */
export function xmlMap(values: Readonly<Record<string, string | undefined>>): XmlObject {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return { entry: entries.map(([key, value]) => ({ key, value })) };
}

export function invalidParameter(what: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${what}`);
}
