/** A Lambda function as the runner knows it. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** Where the handler's bundle lies. */
  readonly codeDirectory: string;
  /** `file.export` below the code directory, e.g. `index.handler`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  /** Default: `/aws/lambda/NAME`. */
  readonly logGroup?: string;
  readonly logFormat?: 'Text' | 'JSON';
  /** Lowest level of console lines, for JSON logs only. */
  readonly logLevel?: string;
  /** `Active` samples requests that arrive without a decision. */
  readonly tracing?: 'Active' | 'PassThrough';
}

export function logGroupOf(spec: FunctionSpec): string {
  return spec.logGroup ?? `/aws/lambda/${spec.name}`;
}
