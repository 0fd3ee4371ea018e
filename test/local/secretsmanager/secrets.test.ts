import {
  DescribeSecretCommand, GetRandomPasswordCommand, GetSecretValueCommand, ListSecretsCommand, PutSecretValueCommand, SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { generatePassword, generateSecret } from '../../../local/secretsmanager/generate';
import { secretResources } from '../../../local/secretsmanager/resources';
import { Secrets } from '../../../local/secretsmanager/secrets';
import { clientOptions, serve, Served } from '../../helpers/serve';

const NAME = 'webhooks/stripe';
const ARN = `arn:aws:secretsmanager:us-east-1:000000000000:secret:${NAME}-AbC123`;

let clock: VirtualClock;
let journal: Journal;
let secrets: Secrets;
let served: Served;
let client: SecretsManagerClient;

function newSecrets(): Secrets {
  return new Secrets({ clock, journal, metrics: new Metrics(clock) });
}

beforeEach(async () => {
  clock = new VirtualClock();
  journal = new Journal(clock);
  secrets = newSecrets();
  served = await serve(secrets);
  client = new SecretsManagerClient(clientOptions(served));
});

afterEach(async () => {
  client.destroy();
  await served.close();
});

async function load(properties: object, into = secrets): Promise<void> {
  const resource = { logicalId: 'Secret', type: 'AWS::SecretsManager::Secret', ref: ARN, attributes: {}, properties, metadata: {} };
  await secretResources(into)['AWS::SecretsManager::Secret'](resource);
}

function get(options: object = {}) {
  return client.send(new GetSecretValueCommand({ SecretId: ARN, ...options }));
}

describe('values', () => {
  beforeEach(async () => { await load({ Name: NAME, SecretString: 'whsec_1', Description: 'signing secret' }); });

  test.each([['ARN', ARN], ['name', NAME], ['ARN without its ending', ARN.slice(0, -7)]])('are found by %s', async (_, SecretId) => {
    expect(await get({ SecretId })).toMatchObject({ ARN, Name: NAME, SecretString: 'whsec_1', VersionStages: ['AWSCURRENT'], CreatedDate: new Date(clock.now()) });
    expect(secrets.value(SecretId)).toBe('whsec_1');
  });

  test('a new one becomes current, the old one previous, the one before loses its label', async () => {
    const first = await get();
    const second = await client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString: 'whsec_2' }));
    expect(second.VersionStages).toEqual(['AWSCURRENT']);
    expect((await get()).SecretString).toBe('whsec_2');
    expect(await get({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'whsec_1', VersionId: first.VersionId });
    await client.send(new PutSecretValueCommand({ SecretId: NAME, SecretBinary: Buffer.from([0, 255]) }));
    expect([...(await get()).SecretBinary!]).toEqual([0, 255]);
    expect((await get({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('whsec_2');
    expect((await get({ VersionId: first.VersionId })).VersionStages).toEqual([]);
    expect(() => secrets.value(NAME)).toThrow('bytes');
  });

  test('other labels move on their own; putting the same version twice changes nothing', async () => {
    const put = (SecretString: string) => client.send(new PutSecretValueCommand({
      SecretId: ARN, SecretString, VersionStages: ['AWSPENDING'], ClientRequestToken: 'a'.repeat(32),
    }));
    await put('next');
    await put('next');
    await expect(put('other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect((await get()).SecretString).toBe('whsec_1');
    expect((await get({ VersionStage: 'AWSPENDING' })).SecretString).toBe('next');
    const described = await client.send(new DescribeSecretCommand({ SecretId: NAME }));
    expect(described).toMatchObject({ Name: NAME, Description: 'signing secret' });
    expect(Object.values(described.VersionIdsToStages!)).toEqual([['AWSPENDING'], ['AWSCURRENT']]);
  });

  test('that do not exist are named so', async () => {
    await expect(get({ SecretId: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(get({ VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: expect.stringContaining('AWSPREVIOUS') });
    await expect(get({ VersionId: 'b'.repeat(32) })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('never reach the journal', async () => {
    await get();
    secrets.put(ARN, { secretString: 'whsec_2' }, { traceHeader: 'Root=1-00000001-000000000000000000000001' });
    expect(journal.entries().map(({ type, traceId }) => [type, traceId])).toEqual([
      ['SecretValueRead', undefined], ['SecretValuePut', '1-00000001-000000000000000000000001'],
    ]);
    expect(JSON.stringify(journal.entries())).not.toContain('whsec');
  });

  test('are listed without being shown', async () => {
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    expect(SecretList).toMatchObject([{ ARN, Name: NAME, LastChangedDate: new Date(clock.now()) }]);
    expect(JSON.stringify(SecretList)).not.toContain('whsec');
  });

  test('what is not supported is refused by name', async () => {
    await expect(client.send(new GetRandomPasswordCommand({}))).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining('GetRandomPassword') });
    const filtered = client.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['x'] }] }));
    await expect(filtered).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining('Filters') });
  });
});

describe('generation', () => {
  test('follows the description, whatever it is', () => {
    const flags = { ExcludeLowercase: fc.boolean(), ExcludeUppercase: fc.boolean(), ExcludeNumbers: fc.boolean(), ExcludePunctuation: fc.boolean() };
    const description = fc.record({ ...flags, IncludeSpace: fc.boolean(), PasswordLength: fc.integer({ min: 4, max: 80 }), ExcludeCharacters: fc.constantFrom('', 'abcXYZ019"\\@/') })
      .filter((d) => !(d.ExcludeLowercase && d.ExcludeUppercase && d.ExcludeNumbers && d.ExcludePunctuation && !d.IncludeSpace));
    fc.assert(fc.property(description, (d) => {
      const password = generatePassword(d);
      expect(password).toHaveLength(d.PasswordLength);
      expect(/[a-z]/.test(password)).toBe(!d.ExcludeLowercase);
      expect(/[A-Z]/.test(password)).toBe(!d.ExcludeUppercase);
      expect(/[0-9]/.test(password)).toBe(!d.ExcludeNumbers);
      expect(/[!-/:-@[-`{-~]/.test(password)).toBe(!d.ExcludePunctuation);
      if (!d.IncludeSpace) expect(password).not.toContain(' ');
      for (const character of d.ExcludeCharacters) expect(password).not.toContain(character);
    }));
  });

  test('each type need not occur when that is not required', () => {
    expect(generatePassword({ PasswordLength: 1, RequireEachIncludedType: false })).toHaveLength(1);
    expect(() => generatePassword({ PasswordLength: 3 })).toThrow('PasswordLength');
  });

  test('puts the password into a template', () => {
    const secret = JSON.parse(generateSecret({ SecretStringTemplate: '{"user":"hooks"}', GenerateStringKey: 'password', PasswordLength: 12 }));
    expect(secret).toEqual({ user: 'hooks', password: expect.stringMatching(/^.{12}$/) });
    expect(() => generateSecret({ SecretStringTemplate: '{}' })).toThrow('belong together');
  });
});

describe('template', () => {
  test('a generated secret outlives a restart; a changed description makes a new one', async () => {
    await load({ GenerateSecretString: { PasswordLength: '20', ExcludePunctuation: 'true' } });
    const value = secrets.value(NAME);
    expect(value).toMatch(/^[A-Za-z0-9]{20}$/);
    const state = JSON.parse(JSON.stringify(secrets.snapshot()));

    const same = newSecrets();
    same.restore(state);
    expect(JSON.parse(JSON.stringify(same.snapshot()))).toEqual(state);
    await load({ GenerateSecretString: { PasswordLength: '20', ExcludePunctuation: 'true' } }, same);
    expect(same.value(ARN)).toBe(value);

    const changed = newSecrets();
    changed.restore(state);
    await load({ GenerateSecretString: { PasswordLength: '24' } }, changed);
    expect(changed.value(ARN)).toHaveLength(24);
    expect(changed.get(ARN, undefined, 'AWSPREVIOUS').version.secretString).toBe(value);
  });

  test('without any value gets a generated one', async () => {
    await load({});
    expect(secrets.value(NAME)).toHaveLength(32);
  });

  test('refuses what would be ignored', async () => {
    await expect(load({ ReplicaRegions: [] })).rejects.toThrow('ReplicaRegions');
    await expect(load({ GenerateSecretString: { Alphabet: 'x' } })).rejects.toThrow('GenerateSecretString.Alphabet');
    await expect(load({ SecretString: 'x', GenerateSecretString: {} })).rejects.toThrow('exclude each other');
  });
});
