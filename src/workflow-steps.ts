import { aws_sqs as sqs, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Growing pauses that no two tasks share. */
export const WITH_JITTER: sfn.RetryProps = {
  interval: Duration.seconds(1),
  maxAttempts: 3,
  backoffRate: 2,
  maxDelay: Duration.seconds(20),
  jitterStrategy: sfn.JitterType.FULL,
};

/** What is worth trying again: everything but the errors named. */
export function retryWithJitter(task: sfn.TaskStateBase, ...finalErrors: string[]): void {
  if (finalErrors.length > 0) task.addRetry({ errors: finalErrors, maxAttempts: 0 });
  task.addRetry({ ...WITH_JITTER, errors: [sfn.Errors.ALL] });
}

/** Another run may be about to settle what this one met: it is given twenty seconds. */
export function giveOthersTime(task: sfn.TaskStateBase, error: string): void {
  task.addRetry({ errors: [error], interval: Duration.seconds(5), backoffRate: 3, maxAttempts: 2, jitterStrategy: sfn.JitterType.NONE });
}

/** Keeps the input of what failed, with the error, so that it can be run again; what cannot even be kept goes on to `lost`. */
export function keepInDeadLetters(scope: Construct, id: string, queue: sqs.IQueue, stage: string, lost: sfn.IChainable): tasks.SqsSendMessage {
  const keep = new tasks.SqsSendMessage(scope, id, {
    queue,
    messageBody: sfn.TaskInput.fromObject({
      stage,
      input: sfn.JsonPath.objectAt('$$.Execution.Input'),
      execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
      error: sfn.JsonPath.objectAt('$.error'),
    }),
    resultPath: sfn.JsonPath.DISCARD,
    // The input may be large, and branches end together.
    outputPath: sfn.JsonPath.DISCARD,
  });
  retryWithJitter(keep);
  keep.addCatch(lost, { errors: [sfn.Errors.ALL] });
  return keep;
}

/** What a Catch hands on: the input, with the error beside it. */
export const WITH_ERROR: sfn.CatchProps = { errors: [sfn.Errors.ALL], resultPath: '$.error' };

/**
 * Catches everything that can be caught: `States.ALL` leaves out results that are too
 * large. A `States.Runtime` error always ends the execution, which the alarm on failed
 * executions tells of.
 */
export function catchEverything(task: sfn.TaskStateBase, handler: sfn.IChainable): void {
  task.addCatch(handler, { ...WITH_ERROR, errors: ['States.DataLimitExceeded'] });
  task.addCatch(handler, WITH_ERROR);
}
