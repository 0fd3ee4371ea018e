import { TIERS } from '../contract';
import { check, checkWholeNumber, refuseToken } from '../validate';
import { Load } from './shape';

/** How many of a hundred transactions are of each tier. The three add up to 100. */
export interface TierPercentages {
  /** Percent below `thresholds.medium`. */
  readonly low: number;
  /** Percent from `thresholds.medium` to `thresholds.high`. */
  readonly medium: number;
  /** Percent above `thresholds.high`. */
  readonly high: number;
}

/**
 * Quotas of the account in the region, where they are not AWS's defaults because somebody had them raised,
 * or because other systems in the account use a part of them.
 *
 * @see https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
 */
export interface LoadQuotas {
  /**
   * Requests per second that API Gateway takes.
   *
   * @default - AWS's default: 10000, in newer regions 2500
   */
  readonly apiGatewayRequestsPerSecond?: number;

  /**
   * Executions of AWS Lambda at the same time.
   *
   * @default 1000
   */
  readonly lambdaConcurrentExecutions?: number;

  /**
   * Write units per second of one DynamoDB table.
   *
   * @default 40000
   */
  readonly tableWriteUnitsPerSecond?: number;

  /**
   * Read units per second of one DynamoDB table.
   *
   * @default 40000
   */
  readonly tableReadUnitsPerSecond?: number;

  /**
   * PutEvents requests per second. One per event is counted, although the relay sends up to ten in a request when it can.
   *
   * @default - AWS's default: 10000 to 400, depending on the region
   */
  readonly putEventsPerSecond?: number;

  /**
   * Targets that EventBridge rules call per second.
   *
   * @default - AWS's default: 18750 to 750, depending on the region
   */
  readonly ruleInvocationsPerSecond?: number;

  /**
   * EXPRESS workflows started per second.
   *
   * @default 6000
   */
  readonly expressStartsPerSecond?: number;

  /**
   * Messages published to SNS topics per second.
   *
   * @default - AWS's default: 30000 to 300, depending on the region
   */
  readonly topicPublishesPerSecond?: number;

  /**
   * Emails per second to one subscription. SNS turns a subscription off that gets more.
   *
   * @default 10
   */
  readonly emailsPerSecond?: number;

  /**
   * SMS per second.
   *
   * @default 20
   */
  readonly smsPerSecond?: number;

  /**
   * PutLogEvents requests per second.
   *
   * @default 5000
   */
  readonly logWritesPerSecond?: number;
}

/**
 * What the system has to carry. Synthesis then says which hop is the narrowest, how long a webhook takes and what a
 * million of them costs, and fails when the peak cannot be met.
 */
export interface ExpectedLoadProps {
  /** Webhooks in the busiest second. */
  readonly peakPerSecond: number;

  /**
   * Webhooks on a usual day.
   *
   * @default - a fifth of the peak, all day long
   */
  readonly webhooksPerDay?: number;

  /**
   * Size of a usual body in KiB, 0.1 to 190.
   *
   * @default 2
   */
  readonly averageBodyKiB?: number;

  /**
   * How many transactions are of which tier.
   *
   * @default - 80 low, 15 medium, 5 high
   */
  readonly tierPercentages?: TierPercentages;

  /**
   * How many of a hundred screened transactions are of high risk and raise an alert.
   *
   * @default 1
   */
  readonly highRiskPercent?: number;

  /**
   * Whether what comes after the answer to the provider may fall behind while a peak lasts. Nothing is lost then,
   * verdicts and alerts come later. It has to keep up with `webhooksPerDay`.
   *
   * @default false
   */
  readonly mayFallBehind?: boolean;

  /**
   * Region whose quotas count, e.g. `eu-central-1`.
   *
   * @default - that of the stack; the smallest quotas of all regions where it has none
   */
  readonly region?: string;

  /**
   * Quotas that differ from AWS's defaults.
   *
   * @default - the defaults of the region
   */
  readonly quotas?: LoadQuotas;
}

const DAY_S = 86_400;
const MOST = 1_000_000;

export function resolveLoad(props: ExpectedLoadProps): Load {
  const { peakPerSecond, quotas = {}, tierPercentages = { low: 80, medium: 15, high: 5 } } = props;
  whole('peakPerSecond', peakPerSecond, 1, MOST);
  const webhooksPerDay = props.webhooksPerDay ?? Math.max(1, Math.floor((peakPerSecond * DAY_S) / 5));
  whole('webhooksPerDay', webhooksPerDay, 1, MOST * DAY_S);
  check(
    webhooksPerDay <= peakPerSecond * DAY_S, 'expectedLoad.webhooksPerDay', webhooksPerDay,
    `use at most ${peakPerSecond * DAY_S}, a day of expectedLoad.peakPerSecond (${peakPerSecond})`,
  );
  const averageBodyKiB = props.averageBodyKiB ?? 2;
  refuseToken('expectedLoad.averageBodyKiB', averageBodyKiB);
  check(averageBodyKiB >= 0.1 && averageBodyKiB <= 190, 'expectedLoad.averageBodyKiB', averageBodyKiB, 'use 0.1 to 190');
  for (const tier of TIERS) whole(`tierPercentages.${tier}`, tierPercentages[tier], 0, 100);
  const sum = TIERS.reduce((total, tier) => total + tierPercentages[tier], 0);
  check(sum === 100, 'expectedLoad.tierPercentages', tierPercentages, `they add up to ${sum}: use three numbers that add up to 100`);
  const highRiskPercent = props.highRiskPercent ?? 1;
  whole('highRiskPercent', highRiskPercent, 0, 100);
  for (const [name, value] of Object.entries(quotas)) whole(`quotas.${name}`, value, 1, 100_000_000);
  if (props.region !== undefined) {
    refuseToken('expectedLoad.region', props.region);
    check(/^[a-z]{2}(-[a-z]+)+-\d$/.test(props.region), 'expectedLoad.region', props.region, 'use the name of a region, e.g. eu-central-1');
  }
  return {
    peakPerSecond, webhooksPerDay, highRiskPercent, quotas,
    bodyBytes: Math.ceil(averageBodyKiB * 1024),
    tierPercent: { low: tierPercentages.low, medium: tierPercentages.medium, high: tierPercentages.high },
    mayFallBehind: props.mayFallBehind ?? false,
    region: props.region,
  };
}

function whole(name: string, value: number, min: number, max: number): void {
  refuseToken(`expectedLoad.${name}`, value);
  checkWholeNumber(`expectedLoad.${name}`, value, min, max);
}
