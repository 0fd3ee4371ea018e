import { aws_apigateway as apigateway, aws_lambda as lambda, aws_sns as sns, Duration, Stack, Token } from 'aws-cdk-lib';
import { FunctionShape, Listener } from './shape';

/** Settings of a function, as they go into the template. */
export function functionShape(fn: lambda.Function): FunctionShape {
  const { memorySize, timeout, reservedConcurrentExecutions } = fn.node.defaultChild as lambda.CfnFunction;
  return {
    // 128 MB and 3 s are what AWS Lambda takes where nothing is said.
    memoryMb: known(memorySize) ?? 128,
    timeoutMs: Duration.seconds(known(timeout) ?? 3).toMilliseconds(),
    reserved: known(reservedConcurrentExecutions),
  };
}

/** Requests per second the stage lets through; the account's limit alone where it has none. */
export function stageRate(api: apigateway.RestApi): number {
  const { methodSettings } = api.deploymentStage.node.defaultChild as apigateway.CfnStage;
  const settings = Array.isArray(methodSettings) ? methodSettings : [];
  const rates = settings.map((setting) => known((setting as apigateway.CfnStage.MethodSettingProperty).throttlingRateLimit));
  return Math.min(Number.MAX_SAFE_INTEGER, ...rates.filter((rate) => rate !== undefined));
}

/** Everybody subscribed to a topic in its stack, whoever subscribed them. */
export function listenersOf(topic: sns.ITopic): readonly Listener[] {
  const stack = Stack.of(topic);
  const arn = JSON.stringify(stack.resolve(topic.topicArn));
  return stack.node.findAll()
    .filter((child): child is sns.CfnSubscription => child instanceof sns.CfnSubscription)
    .filter(({ topicArn }) => JSON.stringify(stack.resolve(topicArn)) === arn)
    .map(({ protocol, filterPolicy }) => {
      const { tier, risk_band } = (stack.resolve(filterPolicy) ?? {}) as { tier?: string[]; risk_band?: string[] };
      return { protocol, tiers: listed(tier), riskBands: listed(risk_band) };
    });
}

/** Names in a filter; anything cleverer than a list of names counts as no filter. */
function listed(values?: unknown): readonly string[] | undefined {
  return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined;
}

function known(value?: number): number | undefined {
  return value === undefined || Token.isUnresolved(value) ? undefined : value;
}
