import { aws_logs as logs, Duration } from 'aws-cdk-lib';
import { check, checkDays, refuseToken } from './validate';

/** How long everything is kept. */
export interface RetentionProps {
  /**
   * Age at which a transaction moves from the table to the audit bucket. One that is not screened, or not told of,
   * as its tier wants it, stays for `deadLetters` longer, so that it can still be brought back.
   *
   * @default Duration.hours(24)
   */
  readonly archiveAfter?: Duration;

  /**
   * How long an event id is remembered, so that a late retry is still a duplicate.
   * Longer than the longest retry of any provider (Adyen: 30 days).
   *
   * @default Duration.days(35)
   */
  readonly dedupe?: Duration;

  /**
   * Window of the table's point-in-time recovery, 1 to 35 days.
   *
   * @default Duration.days(35)
   */
  readonly pointInTimeRecovery?: Duration;

  /**
   * Age at which archive objects move to S3 Standard-IA; S3 wants at least 30 days.
   *
   * @default Duration.days(30)
   */
  readonly infrequentAccessAfter?: Duration;

  /**
   * Age at which archive objects move to S3 Glacier Flexible Retrieval.
   *
   * @default Duration.days(90)
   */
  readonly glacierAfter?: Duration;

  /**
   * Age at which archive objects are deleted.
   *
   * @default Duration.days(365)
   */
  readonly expireAfter?: Duration;

  /**
   * How long dead letters wait for somebody, 1 to 14 days, and how long unfinished transactions stay in the table.
   *
   * @default Duration.days(14)
   */
  readonly deadLetters?: Duration;

  /**
   * How long events stay in the archive of the bus, from where they can be replayed.
   *
   * @default Duration.days(30)
   */
  readonly events?: Duration;

  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logs?: logs.RetentionDays;
}

/** Retention with every default filled in, checked. */
export type Retention = Required<RetentionProps>;

export function resolveRetention(props: RetentionProps = {}): Retention {
  const retention: Retention = {
    archiveAfter: props.archiveAfter ?? Duration.hours(24),
    dedupe: props.dedupe ?? Duration.days(35),
    pointInTimeRecovery: props.pointInTimeRecovery ?? Duration.days(35),
    infrequentAccessAfter: props.infrequentAccessAfter ?? Duration.days(30),
    glacierAfter: props.glacierAfter ?? Duration.days(90),
    expireAfter: props.expireAfter ?? Duration.days(365),
    deadLetters: props.deadLetters ?? Duration.days(14),
    events: props.events ?? Duration.days(30),
    logs: props.logs ?? logs.RetentionDays.ONE_MONTH,
  };

  refuseToken('retention.archiveAfter', retention.archiveAfter);
  refuseToken('retention.dedupe', retention.dedupe);
  refuseToken('retention.deadLetters', retention.deadLetters);
  refuseToken('retention.events', retention.events);
  refuseToken('retention.pointInTimeRecovery', retention.pointInTimeRecovery);
  const hours = retention.archiveAfter.toHours({ integral: false });
  check(Number.isInteger(hours) && hours >= 1, 'retention.archiveAfter', `${hours} hours`, 'use at least 1 whole hour');
  checkDays('retention.dedupe', retention.dedupe, 1, 3650);
  checkDays('retention.pointInTimeRecovery', retention.pointInTimeRecovery, 1, 35);
  checkDays('retention.infrequentAccessAfter', retention.infrequentAccessAfter, 30, 36_500);
  checkDays('retention.glacierAfter', retention.glacierAfter, 1, 36_500);
  checkDays('retention.expireAfter', retention.expireAfter, 1, 36_500);
  checkDays('retention.deadLetters', retention.deadLetters, 1, 14);
  checkDays('retention.events', retention.events, 1, 36_500);
  checkLifecycle(retention);
  check(
    retention.dedupe.toHours() > hours, 'retention.dedupe', `${retention.dedupe.toDays()} days`,
    `use more than retention.archiveAfter (${hours} hours), or an archived event would be accepted again`,
  );
  return retention;
}

/** S3 refuses transitions out of order; ages that are tokens are left to it. */
function checkLifecycle({ infrequentAccessAfter, glacierAfter, expireAfter }: Retention): void {
  const [ia, glacier, expire] = [infrequentAccessAfter, glacierAfter, expireAfter].map((age) => (age.isUnresolved() ? undefined : age.toDays()));
  if (ia !== undefined && glacier !== undefined) {
    check(glacier >= ia + 30, 'retention.glacierAfter', `${glacier} days`, `S3 keeps objects in Standard-IA for 30 days at least: use ${ia + 30} days or more`);
  }
  if (ia !== undefined && expire !== undefined) {
    check(expire > ia, 'retention.expireAfter', `${expire} days`, `use more than the ${ia} days of retention.infrequentAccessAfter`);
  }
  if (glacier !== undefined && expire !== undefined) {
    check(expire > glacier, 'retention.expireAfter', `${expire} days`, `use more than the ${glacier} days of retention.glacierAfter`);
  }
}
