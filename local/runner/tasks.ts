import { DynamoDb } from '../dynamodb';
import { EventBuses } from '../events/buses';
import { ServiceError } from '../kernel/wire';
import { Functions } from '../lambda/functions';
import { Faults } from '../simulate/faults';
import { SnsAttributes } from '../sns/attributes';
import { Topics } from '../sns/topics';
import { Queues } from '../sqs/queues';
import { StatesError } from '../states/errors';
import { StateMachines } from '../states/machines';
import { TaskContext, TaskHandlers } from '../states/run';

export interface TaskServices {
  readonly functions: Functions;
  readonly topics: Topics;
  readonly queues: Queues;
  readonly dynamodb: DynamoDb;
  readonly buses: EventBuses;
  readonly machines: () => StateMachines;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Task = (parameters: any, context: TaskContext) => Promise<unknown>;

/** What a task state can call; a definition that names anything else is refused when it is loaded. */
export function taskHandlers(services: TaskServices): TaskHandlers {
  const tasks: Readonly<Record<string, Task>> = {
    'lambda:invoke': (parameters, context) => invokeFunction(services.functions, parameters, context),
    'sns:publish': async (parameters, context) => publish(services.topics, parameters, context),
    'sqs:sendMessage': async (parameters, context) => sendMessage(services.queues, parameters, context),
    'dynamodb:getItem': (parameters) => dynamodb(services.dynamodb, 'GetItem', parameters),
    'dynamodb:putItem': (parameters) => dynamodb(services.dynamodb, 'PutItem', parameters),
    'dynamodb:updateItem': (parameters) => dynamodb(services.dynamodb, 'UpdateItem', parameters),
    'dynamodb:deleteItem': (parameters) => dynamodb(services.dynamodb, 'DeleteItem', parameters),
    'events:putEvents': async ({ Entries }, { traceHeader }) =>
      services.buses.putEvents(Entries.map((entry: { Detail: unknown }) => ({ ...entry, Detail: asText(entry.Detail) })), traceHeader),
    'states:startExecution': async ({ StateMachineArn, Input, Name }, { traceHeader }) =>
      services.machines().startExecution(StateMachineArn, asText(Input ?? {}), { name: Name, traceHeader }),
  };
  const taskOf = (resource: string): Task | undefined => {
    const integration = /^arn:[^:]+:states:::(.+)$/.exec(resource)?.[1];
    if (integration) return Object.hasOwn(tasks, integration) ? tasks[integration] : undefined;
    return resource.split(':')[2] === 'lambda' ? async (input, context) => (await invokeFunction(services.functions, { FunctionName: resource, Payload: input }, context)).Payload : undefined;
  };

  return {
    has: (resource) => taskOf(resource) !== undefined,
    run: (resource, parameters, context) => taskOf(resource)!(parameters, context),
  };
}

/** The same tasks, calling services that may have been told to misbehave. Functions meet their faults when they are invoked. */
export function faultyTasks({ has, run }: TaskHandlers, faults: Faults): TaskHandlers {
  return {
    has,
    run: async (resource, parameters, context) => {
      const [service, action = ''] = resource.split(':::')[1]?.split(':') ?? [];
      if (service !== undefined && service !== 'lambda') {
        await faults.beforeInside(service, action.charAt(0).toUpperCase() + action.slice(1)).catch((error: unknown) => {
          throw error instanceof ServiceError ? taskError(service, error) : error;
        });
      }
      return run(resource, parameters, context);
    },
  };
}

/** How Step Functions begins the name of a service's error. */
const TASK_ERROR_PREFIX: Readonly<Record<string, string>> = { dynamodb: 'DynamoDB', events: 'EventBridge', sns: 'SNS', sqs: 'Sqs', states: 'StepFunctions' };

/** It names the exception, which SNS's own codes leave the end off. */
function taskError(service: string, { code, message }: ServiceError): StatesError {
  const name = service === 'sns' && !code.endsWith('Exception') ? `${code}Exception` : code;
  return new StatesError(`${TASK_ERROR_PREFIX[service] ?? service}.${name}`, message);
}

/** The service's own answer, or the function's own error by its name. */
async function invokeFunction(functions: Functions, parameters: { FunctionName: string; Payload?: unknown }, { traceHeader }: TaskContext) {
  const payload = JSON.stringify(parameters.Payload ?? {});
  const result = await functions.invoke(parameters.FunctionName, payload, { traceHeader }).catch((error: unknown) => {
    if (error instanceof ServiceError) throw new StatesError(`Lambda.${error.code}`, error.message);
    throw error;
  });
  if (result.functionError) {
    const { errorType = 'Lambda.Unknown' } = JSON.parse(result.payload) as { errorType?: string };
    throw new StatesError(errorType === 'Sandbox.Timedout' ? 'States.TaskFailed' : errorType, result.payload);
  }
  return { ExecutedVersion: result.executedVersion, Payload: result.payload === '' ? null : JSON.parse(result.payload), StatusCode: result.statusCode };
}

interface PublishParameters {
  readonly TopicArn?: string;
  readonly PhoneNumber?: string;
  readonly Message: unknown;
  readonly Subject?: string;
  readonly MessageStructure?: 'json';
  readonly MessageAttributes?: SnsAttributes;
}

function publish(topics: Topics, parameters: PublishParameters, { traceHeader }: TaskContext): object {
  const {
    TopicArn: topicArn, PhoneNumber: phoneNumber, Message, Subject: subject, MessageStructure: structure, MessageAttributes = {}, ...others
  } = parameters;
  refuseOthers('sns:publish', others);
  const publication = { topicArn, phoneNumber, message: asText(Message), subject, structure, attributes: MessageAttributes, traceHeader };
  try {
    return { MessageId: topics.publish(publication).messageId };
  } catch (error) {
    throw error instanceof ServiceError ? taskError('sns', error) : error;
  }
}

function sendMessage(queues: Queues, parameters: { readonly QueueUrl: string; readonly MessageBody: unknown }, { traceHeader }: TaskContext): object {
  const { QueueUrl, MessageBody, ...others } = parameters;
  refuseOthers('sqs:sendMessage', others);
  return { MessageId: queues.byUrl(QueueUrl).send({ body: asText(MessageBody), traceHeader }).id };
}

function refuseOthers(task: string, others: object): void {
  const names = Object.keys(others);
  if (names.length > 0) throw new StatesError('States.Runtime', `The local runner does not support ${names.join(', ')} of ${task}`);
}

async function dynamodb(service: DynamoDb, action: string, parameters: object): Promise<unknown> {
  try {
    return await service.execute(action, parameters);
  } catch (error) {
    if (error instanceof ServiceError) throw new StatesError(`DynamoDB.${error.code}`, error.message);
    throw error;
  }
}

/** Step Functions hands text on as it is and everything else as JSON. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
