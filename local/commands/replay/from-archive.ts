import {
  DescribeArchiveCommand, DescribeReplayCommand, DescribeRuleCommand, EventBridgeClient, ListRulesCommand, ReplayState, StartReplayCommand,
} from '@aws-sdk/client-eventbridge';

export interface ArchiveReplay {
  readonly name: string;
  readonly archive: string;
  readonly from: Date;
  readonly to: Date;
  /** Names of the only rules that are to see the events; all without. */
  readonly rules: readonly string[];
  readonly tier?: string;
}

export interface ArchiveReplayReport {
  readonly replay: string;
  readonly state: string;
  readonly reason?: string;
  readonly rules: readonly string[];
}

const UNDER_WAY: readonly (ReplayState | undefined)[] = [ReplayState.STARTING, ReplayState.RUNNING, ReplayState.CANCELLING];

/** Has EventBridge replay a window of its archive, and waits for the end. */
export async function replayArchive(
  client: EventBridgeClient, options: ArchiveReplay, wait: () => Promise<void>,
): Promise<ArchiveReplayReport> {
  const { ArchiveArn, EventSourceArn } = await client.send(new DescribeArchiveCommand({ ArchiveName: options.archive }));
  const bus = EventSourceArn!.split('/').pop()!;
  const rules = [...await named(client, bus, options.rules), ...options.tier ? await ofTier(client, bus, options.tier) : []];
  await client.send(new StartReplayCommand({
    ReplayName: options.name,
    EventSourceArn: ArchiveArn,
    EventStartTime: options.from,
    EventEndTime: options.to,
    Destination: { Arn: EventSourceArn, ...(rules.length > 0 && { FilterArns: rules }) },
  }));
  for (;;) {
    const { State, StateReason } = await client.send(new DescribeReplayCommand({ ReplayName: options.name }));
    if (!UNDER_WAY.includes(State)) return { replay: options.name, state: State!, reason: StateReason, rules };
    await wait();
  }
}

function named(client: EventBridgeClient, bus: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async (Name) => (await client.send(new DescribeRuleCommand({ Name, EventBusName: bus }))).Arn!));
}

/** Rules whose pattern asks for the tier: EventBridge filters a replay by rule only. */
async function ofTier(client: EventBridgeClient, bus: string, tier: string): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListRulesCommand({ EventBusName: bus, NextToken }));
    found.push(...(page.Rules ?? []).filter(({ EventPattern }) => tiersIn(EventPattern).includes(tier)).map(({ Arn }) => Arn!));
    ({ NextToken } = page);
  } while (NextToken);
  if (found.length === 0) throw new Error(`--tier is ${JSON.stringify(tier)}: no rule of the bus ${bus} asks for it; name rules with --rule`);
  return found;
}

function tiersIn(pattern: string | undefined): readonly unknown[] {
  const { detail } = JSON.parse(pattern ?? '{}') as { detail?: { tier?: unknown[] } };
  return detail?.tier ?? [];
}
