import { FOUND_AT, NameOf, Names } from '../commands/aws/names';
import { Resource } from '../kernel/resource';

/** Names of the resources of each system, found by the paths of its constructs. */
export function namesOfSystems(resources: readonly Resource[]): Names[] {
  const paths = new Map(resources.map(({ metadata, ref }) => [String(metadata['aws:cdk:path']), ref]));
  const end = `/${FOUND_AT.bucket.path}`;
  return [...paths.keys()].filter((path) => path.endsWith(end)).map((path) => {
    const scope = path.slice(0, -end.length);
    const find = (name: NameOf) => paths.get(`${scope}/${FOUND_AT[name].path}`);
    return {
      find,
      require: (name) => {
        const found = find(name);
        if (found === undefined) throw new Error(`${scope} has no ${name}`);
        return found;
      },
    };
  });
}
