import { ServiceError } from '../../local/kernel/wire';
import { Services } from '../../local/runner/services';
import { StatesError } from '../../local/states/errors';
import { StateMachines } from '../../local/states/machines';
import { TaskHandlers } from '../../local/states/run';
import { DELIVERY_FAULTS, Plan, TASK_FAULTS } from './faults';

/** Calls Step Functions makes by itself; what a function does is between the function and its services. */
export function faultyTasks(tasks: TaskHandlers, plan: Plan, machines: () => StateMachines): TaskHandlers {
  /** An execution that Step Functions runs again is still the one it answered for. */
  const original = new Map<string, string>();
  const asOriginal = (parameters: unknown, executionArn: string): unknown => {
    const known = original.get(executionArn);
    return known ? JSON.parse(JSON.stringify(parameters).replaceAll(executionArn, known)) : parameters;
  };
  return {
    has: (resource) => tasks.has(resource),
    run: async (resource, parameters, context) => {
      const action = resource.split(':::')[1];
      const isExpress = context.executionArn.includes(':express:');
      // Only EXPRESS runs at least once.
      const faults = TASK_FAULTS.filter((fault) => fault !== 'restarted' || isExpress);
      const fault = plan.meet(isExpress ? 'workflow' : 'archive workflow', `${context.stateName} (${action})`, faults);
      if (fault === 'refused') throw new StatesError('States.TaskFailed', 'The service failed');
      if (fault === 'throttled') throw new StatesError(`${action.split(':')[0]}.ThrottlingException`, 'Rate exceeded');
      const result = await tasks.run(resource, asOriginal(parameters, context.executionArn), context);
      if (fault === 'answers lost') throw new StatesError('States.TaskFailed', 'The service failed after the fact');
      if (fault === 'restarted') {
        const { input } = machines().execution(context.executionArn);
        machines().stopExecution(context.executionArn);
        const { executionArn } = machines().startExecution(context.stateMachineArn, input);
        original.set(executionArn, original.get(context.executionArn) ?? context.executionArn);
      }
      return result;
    },
  };
}

/** What EventBridge delivers to its targets. */
export function faultyDeliveries({ targets, machines, queues, topics, logs }: Services, plan: Plan): void {
  const around = (service: string, deliver: Parameters<typeof targets.register>[1]) => {
    targets.register(service, async (arn, invocation) => {
      const fault = plan.meet('rule', `delivery to ${service}`, DELIVERY_FAULTS);
      if (fault === 'refused') throw new ServiceError('InternalFailure', 'The target failed', 500);
      if (fault === 'throttled') throw new ServiceError('ThrottlingException', 'Rate exceeded');
      await deliver(arn, invocation);
      if (fault === 'answers lost') throw new ServiceError('InternalFailure', 'The target failed after the fact', 500);
      if (fault === 'twice') await deliver(arn, invocation);
    });
  };
  around('states', async (arn, { payload, traceHeader }) => void machines.startExecution(arn, payload, { traceHeader }));
  around('sqs', (arn, invocation) => queues.deliver(arn, invocation));
  around('sns', (arn, invocation) => topics.deliver(arn, invocation));
  around('logs', (arn, invocation) => logs.deliver(arn, invocation));
}
