import { CfnResource } from 'aws-cdk-lib';
import { synthesize } from '../helpers/template';
import expected from './logical-ids.json';

/**
 * Paths make logical ids, and a new logical id is a new resource: a changed line in
 * `logical-ids.json` replaces what users have deployed, with what is in it. Adding
 * lines is safe; changing or removing one is a breaking change.
 */
test('the default system has the resources it had in every release before', () => {
  const { stack, system, resources } = synthesize();
  const actual = system.node.findAll()
    .filter((child) => CfnResource.isCfnResource(child))
    // Not resolved: the deployment's id then ends in a hash of the routes, which changes by design.
    .map((child) => [child.node.path.replace(/^Test\/Payments\//, ''), `${child.cfnResourceType} ${stack.getLogicalId(child)}`]);
  expect(Object.fromEntries(actual)).toEqual(expected);
  expect(Object.keys(resources)).toHaveLength(actual.length);
});
