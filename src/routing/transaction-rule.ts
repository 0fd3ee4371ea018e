import { aws_events as events } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RiskBand } from '../alerts/alert-filter';
import { DETAIL_TYPE, EVENT_SOURCE } from '../contract';
import { check, checkCurrency } from '../validate';
import { TransactionTier } from './tiers';

/** What the system publishes on its bus. */
export enum TransactionEvent {
  /** Money moved. */
  CREATED = 'created',
  /** The fraud detector has a verdict; at least once per transaction. */
  SCREENED = 'screened',
  /** A known event id came again with another body. */
  CONFLICT = 'conflict',
  /** Authentic, but no money moved, or the amount must be fetched. */
  RECEIVED = 'received',
}

/** Which events a rule of your own matches, and where they go. An event must have one value of every list given. */
export interface TransactionRuleOptions {
  /**
   * Kind of event.
   *
   * @default TransactionEvent.CREATED
   */
  readonly event?: TransactionEvent;

  /**
   * Value bands; for `TransactionEvent.CREATED` only.
   *
   * @default - all
   */
  readonly tiers?: TransactionTier[];

  /**
   * Risk bands; for `TransactionEvent.SCREENED` only.
   *
   * @default - all
   */
  readonly riskBands?: RiskBand[];

  /**
   * Names of webhook endpoints; not for `TransactionEvent.SCREENED`.
   *
   * @default - all
   */
  readonly endpoints?: string[];

  /**
   * ISO 4217 codes; not for `TransactionEvent.SCREENED`.
   *
   * @default - all
   */
  readonly currencies?: string[];

  /**
   * Whether events that are published again by a replay match too. Their targets have to bear a second delivery.
   *
   * @default false
   */
  readonly replays?: boolean;

  /**
   * Where the events go; `addTarget` of the rule adds more.
   *
   * @default - nowhere yet
   */
  readonly targets?: events.IRuleTarget[];
}

const TYPE: { readonly [event in TransactionEvent]: string } = {
  [TransactionEvent.CREATED]: DETAIL_TYPE.transactionCreated,
  [TransactionEvent.SCREENED]: DETAIL_TYPE.transactionScreened,
  [TransactionEvent.CONFLICT]: DETAIL_TYPE.transactionConflict,
  [TransactionEvent.RECEIVED]: DETAIL_TYPE.webhookReceived,
};

export function transactionRule(scope: Construct, id: string, bus: events.IEventBus, options: TransactionRuleOptions): events.Rule {
  return new events.Rule(scope, id, {
    eventBus: bus,
    eventPattern: patternOf(options),
    targets: options.targets,
  });
}

function patternOf(options: TransactionRuleOptions): events.EventPattern {
  const { event = TransactionEvent.CREATED, tiers, riskBands, endpoints, currencies, replays = false } = options;
  const isVerdict = event === TransactionEvent.SCREENED;
  belongsTo('tiers', tiers, event === TransactionEvent.CREATED, 'TransactionEvent.CREATED');
  belongsTo('riskBands', riskBands, isVerdict, 'TransactionEvent.SCREENED');
  belongsTo('endpoints', endpoints, !isVerdict, 'any event but TransactionEvent.SCREENED');
  belongsTo('currencies', currencies, !isVerdict, 'any event but TransactionEvent.SCREENED');
  currencies?.forEach((currency) => checkCurrency('addRule currencies', currency));
  const absent = events.Match.doesNotExist();
  const detail = {
    ...(tiers && { tier: tiers }),
    ...(riskBands && { fraud_analysis: { fraud_status: riskBands } }),
    ...(endpoints && { endpoint: endpoints }),
    ...(currencies && { currency: currencies }),
    ...(!replays && { replay: absent }),
  };
  // The type does not know `replay-name`, EventBridge does.
  return {
    source: [EVENT_SOURCE],
    detailType: [TYPE[event]],
    ...(Object.keys(detail).length > 0 && { detail }),
    ...(!replays && { 'replay-name': absent }),
  } as events.EventPattern;
}

function belongsTo(option: string, values: string[] | undefined, fits: boolean, event: string): void {
  check(values === undefined || fits, `addRule ${option}`, values, `leave it out: only ${event} has them`);
  check(values === undefined || values.length > 0, `addRule ${option}`, values, 'name one at least, or leave it out for all');
}
