import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { EventBuses } from './buses';
import { RuleDefinition, TargetDefinition } from './rule';
import { ScheduleDefinition } from './scheduler';

/** CloudFormation resources of EventBridge and EventBridge Scheduler. */
export function eventResources(buses: EventBuses): ResourceLoaders {
  return {
    'AWS::Events::EventBus': (resource) => {
      onlyProperties(resource, ['Name', 'Description', 'Tags', 'KmsKeyIdentifier', 'Policy']);
      buses.createBus(nameOf(resource, 'Name'));
    },
    'AWS::Events::Rule': (resource) => loadRule(buses, resource),
    'AWS::Events::Archive': (resource) => {
      onlyProperties(resource, ['ArchiveName', 'SourceArn', 'Description', 'EventPattern', 'RetentionDays', 'KmsKeyIdentifier']);
      const { SourceArn, Description, EventPattern, RetentionDays } = resource.properties;
      buses.createArchive({ ArchiveName: nameOf(resource, 'ArchiveName'), EventSourceArn: SourceArn, Description, EventPattern, RetentionDays });
    },
    'AWS::Scheduler::ScheduleGroup': (resource) => {
      onlyProperties(resource, ['Name', 'Tags']);
      buses.scheduler.createGroup(nameOf(resource, 'Name'));
    },
    'AWS::Scheduler::Schedule': (resource) => {
      buses.scheduler.putSchedule({ ...resource.properties as ScheduleDefinition, Name: nameOf(resource, 'Name') });
    },
  };
}

function loadRule(buses: EventBuses, resource: Resource): void {
  onlyProperties(resource, ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Description', 'RoleArn', 'Targets', 'Tags']);
  const { Targets = [], ...definition } = resource.properties;
  const rule = buses.putRule({ ...definition as RuleDefinition, Name: nameOf(resource, 'Name') });
  buses.putTargets(rule.name, rule.busName, Targets as TargetDefinition[]);
}

/** The given name, else the generated one. A rule of a custom bus has `bus|rule` as its `Ref`. */
function nameOf(resource: Resource, property: string): string {
  return resource.properties[property] ?? resource.ref.split('|').pop();
}
