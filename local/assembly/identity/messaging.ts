import { ACCOUNT, arn } from '../../kernel/identity';
import { byId, each, Identity, IdentityRules, Naming } from './names';

/** SQS, SNS, EventBridge, Scheduler, Step Functions and Firehose. */
export const MESSAGING: IdentityRules = {
  'AWS::SQS::Queue': queue,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': (subscription) => {
    const ref = `${subscription.properties.TopicArn}:${subscription.uuid()}`;
    return { ref, attributes: { Arn: ref } };
  },
  ...each(byId, 'AWS::SQS::QueuePolicy', 'AWS::SQS::QueueInlinePolicy', 'AWS::SNS::TopicPolicy', 'AWS::SNS::TopicInlinePolicy', 'AWS::Events::EventBusPolicy'),
  'AWS::Events::EventBus': (bus) => {
    const Name = bus.name('Name', 256);
    return { ref: Name, attributes: { Arn: arn('events', `event-bus/${Name}`), Name } };
  },
  'AWS::Events::Rule': rule,
  'AWS::Events::Archive': (archive) => {
    const ArchiveName = archive.name('ArchiveName', 48);
    return { ref: ArchiveName, attributes: { ArchiveName, Arn: arn('events', `archive/${ArchiveName}`) } };
  },
  'AWS::Scheduler::Schedule': (schedule) => {
    const name = schedule.name('Name');
    return { ref: name, attributes: { Arn: arn('scheduler', `schedule/${schedule.properties.GroupName ?? 'default'}/${name}`) } };
  },
  'AWS::Scheduler::ScheduleGroup': (group) => {
    const name = group.name('Name');
    return { ref: name, attributes: { Arn: arn('scheduler', `schedule-group/${name}`) } };
  },
  'AWS::StepFunctions::StateMachine': (machine) => {
    const Name = machine.name('StateMachineName', 80);
    const Arn = arn('states', `stateMachine:${Name}`);
    return { ref: Arn, attributes: { Arn, Name, StateMachineRevisionId: 'INITIAL' } };
  },
  'AWS::KinesisFirehose::DeliveryStream': (stream) => {
    const name = stream.name('DeliveryStreamName');
    return { ref: name, attributes: { Arn: arn('firehose', `deliverystream/${name}`) } };
  },
};

function queue(resource: Naming): Identity {
  const QueueName = fifoName(resource, 'QueueName', 'FifoQueue', 80);
  const QueueUrl = `${resource.endpoint}/${ACCOUNT}/${QueueName}`;
  return { ref: QueueUrl, attributes: { Arn: arn('sqs', QueueName), QueueName, QueueUrl } };
}

function topic(resource: Naming): Identity {
  const TopicName = fifoName(resource, 'TopicName', 'FifoTopic', 256);
  const TopicArn = arn('sns', TopicName);
  return { ref: TopicArn, attributes: { TopicArn, TopicName } };
}

function fifoName(resource: Naming, property: string, fifo: string, max: number): string {
  const suffix = String(resource.properties[fifo]) === 'true' ? '.fifo' : '';
  return resource.properties[property] ?? `${resource.generated(max - suffix.length)}${suffix}`;
}

function rule(resource: Naming): Identity {
  const name = resource.name('Name');
  const bus = String(resource.properties.EventBusName ?? 'default').split('/').pop()!;
  const path = bus === 'default' ? name : `${bus}/${name}`;
  return { ref: path.replace('/', '|'), attributes: { Arn: arn('events', `rule/${path}`) } };
}
