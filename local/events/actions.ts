import { Action, ServiceError } from '../kernel/wire';
import type { EventBuses } from './buses';
import { PutEventsEntry } from './event';
import { onlyFields, parsePattern, Rule } from './rule';

/** Members of a request any of which a client may send. */
const LIST_FIELDS = ['Limit', 'NextToken', 'NamePrefix'];

/** EventBridge's JSON actions over the buses. `traceHeader` is the caller's. */
export function eventActions(buses: EventBuses, traceHeader?: string): Readonly<Record<string, Action>> {
  return {
    PutEvents: async (input) => {
      onlyFields('PutEvents', input, ['Entries']);
      return buses.putEvents(input.Entries as PutEventsEntry[], traceHeader);
    },
    DescribeEventBus: async ({ Name }) => {
      const bus = buses.bus(Name);
      return { Name: bus.name, Arn: bus.arn };
    },
    ListEventBuses: async (input) => {
      const listed = buses.buses().filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      return page('EventBuses', listed.map(({ name, arn }) => ({ Name: name, Arn: arn })), input, LIST_FIELDS);
    },
    ...ruleActions(buses),
    ...archiveActions(buses),
    TestEventPattern: async ({ EventPattern, Event }) => ({ Result: parsePattern(EventPattern).matches(testEvent(Event)) }),
  };
}

function ruleActions(buses: EventBuses): Readonly<Record<string, Action>> {
  return {
    PutRule: async (input) => ({ RuleArn: buses.putRule(input).arn }),
    DescribeRule: async ({ Name, EventBusName }) => described(buses.rule(Name, EventBusName)),
    DeleteRule: async (input) => {
      onlyFields('DeleteRule', input, ['Name', 'EventBusName']);
      buses.deleteRule(input.Name, input.EventBusName);
    },
    EnableRule: async ({ Name, EventBusName }) => setState(buses, buses.rule(Name, EventBusName), 'ENABLED'),
    DisableRule: async ({ Name, EventBusName }) => setState(buses, buses.rule(Name, EventBusName), 'DISABLED'),
    ListRules: async (input) => {
      const rules = [...buses.bus(input.EventBusName).rules.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      return page('Rules', rules.map(described), input, [...LIST_FIELDS, 'EventBusName']);
    },
    PutTargets: async ({ Rule: rule, EventBusName, Targets }) => {
      buses.putTargets(rule, EventBusName, Targets);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: async ({ Rule: rule, EventBusName, Ids }) => {
      const { targets } = buses.rule(rule, EventBusName);
      for (const id of Ids as string[]) targets.delete(id);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: async (input) => {
      const targets = [...buses.rule(input.Rule, input.EventBusName).targets.values()];
      return page('Targets', targets.map(({ definition }) => definition), input, ['Limit', 'NextToken', 'Rule', 'EventBusName']);
    },
  };
}

function archiveActions(buses: EventBuses): Readonly<Record<string, Action>> {
  return {
    CreateArchive: async (input) => {
      const archive = buses.createArchive(input);
      return { ArchiveArn: archive.arn, State: 'ENABLED' };
    },
    DescribeArchive: async ({ ArchiveName }) => named(buses.archives, 'Archive', ArchiveName).describe(),
    StartReplay: async (input) => {
      const replay = buses.startReplay(input);
      return { ReplayArn: replay.arn, State: 'STARTING' };
    },
    DescribeReplay: async ({ ReplayName }) => named(buses.replays, 'Replay', ReplayName).describe(),
  };
}

function setState(buses: EventBuses, rule: Rule, state: string): void {
  const { name, busName, patternText, scheduleExpression, description } = rule;
  const definition = { EventPattern: patternText, ScheduleExpression: scheduleExpression, Description: description };
  buses.putRule({ Name: name, EventBusName: busName, ...definition, State: state });
}

function described(rule: Rule): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.patternText,
    ScheduleExpression: rule.scheduleExpression,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    Description: rule.description,
    EventBusName: rule.busName,
  };
}

function testEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError('ValidationException', 'Parameter Event is not valid. Reason: it is not JSON.');
  }
}

function named<T>(all: ReadonlyMap<string, T>, kind: string, name: string): T {
  const found = all.get(name);
  if (!found) throw new ServiceError('ResourceNotFoundException', `${kind} ${name} does not exist.`);
  return found;
}

/** One page of a list; the token is the position of the next. */
function page(member: string, all: readonly object[], input: { Limit?: number; NextToken?: string }, fields: readonly string[]): object {
  onlyFields(`a list of ${member}`, input, fields);
  const start = Number(input.NextToken ?? 0);
  const end = start + (input.Limit ?? 100);
  return { [member]: all.slice(start, end), ...end < all.length ? { NextToken: String(end) } : {} };
}
