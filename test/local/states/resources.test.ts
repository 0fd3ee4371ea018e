import { Resource } from '../../../local/kernel/resource';
import { stateMachineResources } from '../../../local/states/resources';
import { LAMBDA, MACHINE, only, service } from './helpers';

const definition = JSON.stringify(only({ Type: 'Task', Resource: LAMBDA, Parameters: { FunctionName: '${function}', Text: '${kept}' } }));

function load(properties: object) {
  const host = service({ handlers: { [LAMBDA]: (parameters) => parameters } });
  const resource: Resource = {
    logicalId: 'Machine',
    type: 'AWS::StepFunctions::StateMachine',
    ref: MACHINE,
    attributes: { Arn: MACHINE, Name: 'machine' },
    metadata: {},
    properties: { DefinitionString: definition, RoleArn: 'role', ...properties },
  };
  const result = stateMachineResources(host.machines)[resource.type](resource);
  return { ...host, result };
}

test('loads a machine with everything the template says', async () => {
  const { machines } = load({
    StateMachineType: 'EXPRESS',
    StateMachineName: 'named',
    DefinitionSubstitutions: { function: 'arn:f' },
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true, Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'group' } }] },
    TracingConfiguration: { Enabled: true },
    Tags: [],
    EncryptionConfiguration: {},
  });
  expect(machines.machine(MACHINE)).toMatchObject({
    name: 'named', type: 'EXPRESS', roleArn: 'role', tracing: true, logging: { level: 'ALL', includeExecutionData: true, logGroupArn: 'group' },
  });
  const { output } = await machines.startSyncExecution(MACHINE, '{}');
  expect(JSON.parse(output!)).toEqual({ FunctionName: 'arn:f', Text: '${kept}' });
});

test('defaults', () => {
  expect(load({}).machines.machine(MACHINE)).toMatchObject({ name: 'machine', type: 'STANDARD', tracing: false, logging: undefined });
});

test.each<[object, string]>([
  [{ DefinitionS3Location: {} }, 'DefinitionS3Location'],
  [{ DefinitionString: undefined }, 'DefinitionString is required'],
  [{ LoggingConfiguration: { Level: 'ALL' } }, 'no log group'],
  [{ LoggingConfiguration: { Level: 'OFF', Extra: 1 } }, 'Extra'],
  [{ DefinitionString: '{}' }, 'machine machine'],
])('refuses %j', (properties, why) => {
  expect(() => load(properties)).toThrow(why);
});
