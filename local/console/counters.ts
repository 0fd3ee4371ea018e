import { Journal, JournalEntry } from '../kernel/journal';

/** Counts hops by name as they happen, for the edges of the map. */
export class Counters {
  private readonly counted: Record<string, number> = {};

  public constructor(journal: Journal) {
    journal.subscribe((entry) => {
      for (const name of countersOf(entry)) this.counted[name] = (this.counted[name] ?? 0) + 1;
    });
  }

  public all(): Readonly<Record<string, number>> {
    return this.counted;
  }
}

type Names = (type: string, data: Readonly<Record<string, unknown>>) => readonly string[];

/** What a hop adds to. The same names stand on the edges of the map. */
const NAMES: Readonly<Record<string, Names>> = {
  'apigateway': (type, { apiId }) => (type === 'RequestReceived' ? [`requests ${apiId}`] : []),
  'lambda': (type, { functionName }) => (type === 'Invoked' ? [`invoked ${functionName}`] : []),
  'dynamodb': (type, { table }) => (type === 'ItemPut' || type === 'ItemUpdated' || type === 'ConditionFailed' ? [`${type} ${table}`] : []),
  'stream-mapping': (type, { mappingId, sequences }) => {
    if (type === 'BatchSent') return [`batch ${mappingId}`];
    return type === 'RecordsDiscarded' && Array.isArray(sequences) ? [`discarded ${mappingId}`] : [];
  },
  'events': (type, { bus, rule, targetArn, queue }) => {
    if (type === 'EventReceived') return [`events ${bus}`];
    if (type === 'RuleMatched') return [`matched ${rule}`];
    if (type === 'ScheduleFired') return [`fired ${rule}`];
    if (type === 'TargetDeadLettered') return [`dead ${rule} ${queue}`];
    return type === 'TargetInvoked' ? [`target ${rule} ${targetArn}`] : [];
  },
  'states': (type, { resource, parameters }) => (type === 'TaskAttempt' ? [`task ${resource} ${calledIn(parameters)}`] : []),
  'sns': (type, { topicArn, subscriptionArn }) => {
    if (type === 'MessagePublished') return [`published ${topicArn}`];
    return type === 'NotificationDelivered' ? [`notified ${subscriptionArn}`] : [];
  },
  's3': (type, { bucket }) => (type.startsWith('ObjectCreated') ? [`objects ${bucket}`] : []),
};

export function countersOf({ service, type, data }: JournalEntry): readonly string[] {
  return NAMES[service]?.(type, data) ?? [];
}

/** What a task calls, as its parameters name it. */
function calledIn(parameters: unknown): string {
  const { FunctionName, TopicArn, QueueUrl, TableName } = (parameters ?? {}) as Record<string, string | undefined>;
  return FunctionName ?? TopicArn ?? QueueUrl ?? TableName ?? '';
}
