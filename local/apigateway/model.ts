import { TokenBucket } from './throttle';

/** Header or query values by name; header names keep the case they were sent in. */
export type MultiValues = Readonly<Record<string, readonly string[]>>;

/** A request to one stage of one API. */
export interface ApiRequest {
  readonly method: string;
  /** Undecoded path below the stage, e.g. `/webhook/stripe`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: MultiValues;
  readonly body: Buffer;
  readonly sourceIp: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** `AWS_PROXY` to a function. */
export interface ProxyIntegration {
  readonly type: 'AWS_PROXY';
  readonly functionArn: string;
  readonly timeoutMs: number;
}

/** `MOCK`: API Gateway answers by itself. */
export interface MockIntegration {
  readonly type: 'MOCK';
  /** Request templates by content type. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly responses: readonly MockResponse[];
}

export interface MockResponse {
  readonly statusCode: number;
  /** Matches the status code the request template names; the response without one is the default. */
  readonly selectionPattern?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bodies by content type. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface Method {
  /** `GET`, `POST`, … or `ANY`. */
  readonly httpMethod: string;
  readonly integration: ProxyIntegration | MockIntegration;
  /** Header and query parameters a request must bring. */
  readonly requiredParameters: readonly RequiredParameter[];
  /** Content types whose body must be JSON. */
  readonly jsonContentTypes: readonly string[];
}

export interface RequiredParameter {
  readonly location: 'header' | 'querystring';
  readonly name: string;
}

/** One node of the resource tree. */
export interface ApiResource {
  readonly id: string;
  /** Full path, e.g. `/webhook/{provider}`. */
  readonly path: string;
  readonly pathPart: string;
  readonly children: ApiResource[];
  readonly methods: Map<string, Method>;
}

export interface RequestValidator {
  readonly body: boolean;
  readonly parameters: boolean;
}

/** What is said instead of a default error. */
export interface GatewayResponse {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bodies by content type, with `$context.…` in them. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface MethodSetting {
  /** `*` or a resource path. */
  readonly path: string;
  /** `*` or an HTTP method. */
  readonly httpMethod: string;
  readonly rateLimit?: number;
  readonly burstLimit?: number;
  readonly detailedMetrics: boolean;
}

export interface Stage {
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: readonly MethodSetting[];
  readonly accessLog?: { readonly destinationArn: string; readonly format: string };
  /** One bucket per method that is throttled. */
  readonly buckets: Map<Method, TokenBucket>;
}

export interface RestApi {
  readonly id: string;
  readonly name: string;
  readonly binaryMediaTypes: readonly string[];
  readonly root: ApiResource;
  readonly resources: Map<string, ApiResource>;
  readonly stages: Map<string, Stage>;
  readonly validators: Map<string, RequestValidator>;
  readonly gatewayResponses: Map<string, GatewayResponse>;
}
