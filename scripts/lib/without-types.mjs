/** The template without resources of some types, and without the outputs and dependencies that name them. */
export function withoutTypes(template, types) {
  const dropped = new Set(Object.entries(template.Resources).filter(([, { Type }]) => types.includes(Type)).map(([id]) => id));
  const keep = ([, value]) => !names(value, dropped);
  const resources = Object.entries(template.Resources).filter(([id]) => !dropped.has(id)).map(([id, { DependsOn, ...resource }]) => {
    const left = [DependsOn ?? []].flat().filter((other) => !dropped.has(other));
    return [id, left.length > 0 ? { ...resource, DependsOn: left } : resource];
  });
  const orphan = resources.find((entry) => !keep(entry));
  if (orphan) throw new Error(`${orphan[0]} names a resource of type ${types.join(' or ')}`);
  return { ...template, Resources: Object.fromEntries(resources), Outputs: Object.fromEntries(Object.entries(template.Outputs ?? {}).filter(keep)) };
}

function names(value, ids) {
  if (Array.isArray(value)) return value.some((inner) => names(inner, ids));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, inner]) => (key === 'Ref' && ids.has(inner))
    || (key === 'Fn::GetAtt' && ids.has([inner].flat()[0].split('.')[0])) || names(inner, ids));
}
