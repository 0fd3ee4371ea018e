interface ErrorKind {
  readonly status: number;
  /** What `x-amzn-ErrorType` says. */
  readonly exception: string;
}

/** The errors API Gateway answers with by itself, by the type a `GatewayResponse` customises. */
const KINDS = {
  ACCESS_DENIED: { status: 403, exception: 'ForbiddenException' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, exception: 'MissingAuthenticationTokenException' },
  BAD_REQUEST_BODY: { status: 400, exception: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { status: 400, exception: 'BadRequestException' },
  REQUEST_TOO_LARGE: { status: 413, exception: 'RequestTooLargeException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, exception: 'BadRequestException' },
  THROTTLED: { status: 429, exception: 'TooManyRequestsException' },
  API_CONFIGURATION_ERROR: { status: 500, exception: 'InternalServerErrorException' },
  INTEGRATION_FAILURE: { status: 502, exception: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { status: 504, exception: 'InternalServerErrorException' },
  DEFAULT_5XX: { status: 502, exception: 'InternalServerErrorException' },
} as const satisfies Record<string, ErrorKind>;

export type GatewayErrorType = keyof typeof KINDS;

/** An answer API Gateway gives instead of the integration. */
export class GatewayError extends Error {
  public readonly status: number;
  public readonly exception: string;

  public constructor(
    public readonly type: GatewayErrorType,
    message: string,
    /** Why, for logs and the journal; never shown to the client. */
    public readonly reason = message,
  ) {
    super(message);
    this.status = KINDS[type].status;
    this.exception = KINDS[type].exception;
  }
}
