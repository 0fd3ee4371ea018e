import { createHash } from 'node:crypto';
import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { generateSecret, Generation, GENERATION_PROPERTIES } from './generate';
import { Secrets } from './secrets';

/** Properties without effect on a laptop. */
const WITHOUT_EFFECT = ['KmsKeyId', 'Tags'];

export function secretResources(secrets: Secrets): ResourceLoaders {
  return {
    'AWS::SecretsManager::Secret': (resource) => {
      const { properties, ref } = resource;
      onlyProperties(resource, ['Name', 'Description', 'SecretString', 'GenerateSecretString', ...WITHOUT_EFFECT]);
      const { SecretString, GenerateSecretString } = properties;
      const generation = generationOf(resource);
      if (SecretString !== undefined && generation) throw new Error(`${resource.logicalId}: SecretString and GenerateSecretString exclude each other`);
      secrets.createSecret({
        name: properties.Name ?? nameIn(ref),
        arn: ref,
        description: properties.Description,
        origin: createHash('sha256').update(JSON.stringify([SecretString, GenerateSecretString])).digest('hex'),
        value: () => ({ secretString: SecretString ?? generateSecret(generation ?? {}) }),
      });
    },
  };
}

/** An ARN ends in the name, a hyphen and six random characters. */
function nameIn(arn: string): string {
  return arn.split(':').slice(6).join(':').replace(/-[A-Za-z0-9]{6}$/, '');
}

function generationOf({ logicalId, properties }: Resource): Generation | undefined {
  const given: Record<string, unknown> | undefined = properties.GenerateSecretString;
  if (!given) return undefined;
  const unknown = Object.keys(given).find((name) => !GENERATION_PROPERTIES.some((known) => known === name));
  if (unknown) throw new Error(`${logicalId} (AWS::SecretsManager::Secret): the local runner does not support GenerateSecretString.${unknown}`);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, plain(name, value)]));
}

/** Templates may write numbers and booleans as text. */
function plain(name: string, value: unknown): unknown {
  if (name === 'PasswordLength') return Number(value);
  return value === 'true' ? true : value === 'false' ? false : value;
}
