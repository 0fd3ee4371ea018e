import { ArnFormat, aws_iam as iam, aws_lambda as lambda, Duration, Stack } from 'aws-cdk-lib';
import { FraudModelConfig } from '../contract';
import { check, refuseToken } from '../validate';
import { thousandths, wholeSeconds } from './rule-details';

/** Options of a model. */
export interface FraudModelOptions {
  /**
   * Share of the model in the score, 0 to 1, in steps of 0.001; the rules have the rest.
   *
   * @default 0.5
   */
  readonly weight?: number;

  /**
   * How long the model is waited for. Without an answer in time, or with one that is
   * no score, the rules decide alone and the verdict says why.
   *
   * @default Duration.seconds(2)
   */
  readonly timeout?: Duration;

  /**
   * Whether the model is only watched: its score is stored, but decides nothing.
   *
   * @default false
   */
  readonly shadow?: boolean;
}

/**
 * A model of your own beside the rules. It is asked with a JSON object (`transaction_id`, `amount` as text,
 * `currency`, `customer_id`, `metadata`, `history`, ...) and answers `{"score": 0.25}` or the number alone.
 * The score is then `(1 - weight) x rules + weight x model`.
 */
export abstract class FraudModel {
  /** A function that is invoked synchronously. */
  public static function(fn: lambda.IFunction, options: FraudModelOptions = {}): FraudModel {
    return new RemoteModel('function', fn.functionArn, options, (grantee) => { fn.grantInvoke(grantee); });
  }

  /**
   * A real-time endpoint of Amazon SageMaker in the region of the stack.
   *
   * @param endpointName - its name, not its ARN
   */
  public static sageMakerEndpoint(endpointName: string, options: FraudModelOptions = {}): FraudModel {
    // What it may be invoked by is its name in lower case.
    refuseToken('fraudDetection.model endpoint', endpointName);
    check(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(endpointName), 'fraudDetection.model endpoint', endpointName, 'use the name of the endpoint');
    return new RemoteModel('sagemaker', endpointName, options, (grantee) => {
      const resource = Stack.of(grantee).formatArn({
        service: 'sagemaker', resource: 'endpoint', resourceName: endpointName.toLowerCase(), arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
      iam.Grant.addToPrincipal({ grantee, actions: ['sagemaker:InvokeEndpoint'], resourceArns: [resource] });
    });
  }

  /** @internal */
  public abstract _resolve(): FraudModelConfig;

  /** @internal */
  public abstract _grantTo(grantee: lambda.IFunction): void;
}

class RemoteModel extends FraudModel {
  public constructor(
    private readonly kind: FraudModelConfig['kind'],
    private readonly target: string,
    private readonly options: FraudModelOptions,
    private readonly grant: (grantee: lambda.IFunction) => void,
  ) {
    super();
  }

  public _resolve(): FraudModelConfig {
    const { weight = 0.5, timeout = Duration.seconds(2), shadow } = this.options;
    return {
      kind: this.kind,
      target: this.target,
      weight: thousandths('fraudDetection.model.weight', weight),
      timeout_ms: wholeSeconds('fraudDetection.model.timeout', timeout, 1, 30) * 1000,
      ...(shadow && { shadow: true }),
    };
  }

  public _grantTo(grantee: lambda.IFunction): void {
    this.grant(grantee);
  }
}
