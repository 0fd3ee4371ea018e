import { ApiResource, Method } from './model';

export interface Route {
  readonly resource: ApiResource;
  readonly method: Method;
  /** As they stand in the path: API Gateway does not decode them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Finds what answers a request: static parts before `{param}`, that before `{proxy+}`. */
export function findRoute(root: ApiResource, httpMethod: string, path: string): Route | undefined {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  for (const { resource, pathParameters } of candidates(root, segments, {})) {
    const method = resource.methods.get(httpMethod) ?? resource.methods.get('ANY');
    if (method) return { resource, method, pathParameters };
  }
  return undefined;
}

type Candidate = Pick<Route, 'resource' | 'pathParameters'>;

function* candidates(resource: ApiResource, segments: readonly string[], found: Readonly<Record<string, string>>): Generator<Candidate> {
  if (segments.length === 0) {
    yield { resource, pathParameters: found };
    return;
  }
  const [first, ...rest] = segments;
  const parts = resource.children.map((child) => ({ child, parameter: /^\{(.+?)(\+?)\}$/.exec(child.pathPart) }));
  for (const { child, parameter } of parts) {
    if (!parameter && child.pathPart === decoded(first)) yield* candidates(child, rest, found);
  }
  for (const { child, parameter } of parts) {
    if (parameter && !parameter[2] && first !== '') yield* candidates(child, rest, { ...found, [parameter[1]]: first });
  }
  for (const { child, parameter } of parts) {
    if (parameter?.[2]) yield { resource: child, pathParameters: { ...found, [parameter[1]]: segments.join('/') } };
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
