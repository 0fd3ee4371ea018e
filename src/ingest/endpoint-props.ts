import { aws_logs as logs } from 'aws-cdk-lib';
import { EndpointDomainOptions } from './endpoint-domain';
import { WebAcl } from './web-acl';

/** Settings of the public endpoint. */
export interface EndpointProps {
  /**
   * Requests per second the stage lets through in the long run; above it callers get 429 and retry.
   *
   * @default 1000
   */
  readonly throttlingRateLimit?: number;

  /**
   * Requests the stage lets through at once.
   *
   * @default 2000
   */
  readonly throttlingBurstLimit?: number;

  /**
   * Largest body in bytes that is accepted, 1 KiB to 190 KiB: a row holds the body and
   * what was read from it, and DynamoDB holds 400 KB per row. Larger bodies get 413.
   *
   * @default 131072
   */
  readonly maxBodyBytes?: number;

  /**
   * Whether to set the account-wide role that lets API Gateway write logs. Turn it off where
   * the account has one already.
   *
   * @default true
   */
  readonly cloudWatchRole?: boolean;

  /**
   * Domain name of your own, with mutual TLS if wanted. Providers then use `https://<domain>/webhook/<name>`.
   *
   * @default - the name that API Gateway gives
   */
  readonly domain?: EndpointDomainOptions;

  /**
   * Whether the name that API Gateway gives is turned off, so that `domain` is the only way in.
   *
   * @default - true with `domain`, otherwise false
   */
  readonly disableExecuteApiEndpoint?: boolean;

  /**
   * Web ACL of AWS WAF in front of the stage.
   *
   * @default - none
   */
  readonly webAcl?: WebAcl;

  /**
   * Existing log group of the access log.
   *
   * @default - a new log group, kept for `retention.logs`
   */
  readonly accessLogGroup?: logs.ILogGroup;
}
