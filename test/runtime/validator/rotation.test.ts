import { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { cachedSecrets } from '../../../runtime/aws/secrets';
import { captureOutput } from '../../helpers/output';
import { signedStripe, stripeEvent } from '../../helpers/signed-webhooks';
import { validator } from './setup';

const output = captureOutput();
const manager = mockClient(SecretsManagerClient);
let clock = 0;
let stages: Record<string, string> = {};
let down = false;

beforeEach(() => {
  clock = 0;
  stages = { AWSCURRENT: 'whsec_one' };
  down = false;
  manager.reset();
  manager.on(GetSecretValueCommand).callsFake(({ VersionStage }: { VersionStage: string }) => {
    if (down) throw new Error('ServiceUnavailable');
    if (!(VersionStage in stages)) throw new ResourceNotFoundException({ message: 'no such stage', $metadata: {} });
    return { SecretString: stages[VersionStage] };
  });
});

const seconds = (count: number) => { clock += count * 1000; };

function rotatingValidator() {
  const { post } = validator({ secrets: cachedSecrets(new SecretsManagerClient({}), () => clock) });
  let id = 0;
  return async (secret: string) => (await post('stripe', signedStripe(stripeEvent({ id: `evt_${id += 1}` }), { secret }))).statusCode;
}

const calls = () => manager.commandCalls(GetSecretValueCommand).length;
const previousUsed = () => output.metrics.filter(({ name }) => name === 'PreviousSecretUsed').map(({ dimensions }) => dimensions.Provider);

test('secrets are fetched once, not for every webhook', async () => {
  const post = rotatingValidator();
  expect([await post('whsec_one'), await post('whsec_one'), await post('whsec_one')]).toEqual([200, 200, 200]);
  expect(calls()).toBe(2);
});

test('a webhook signed with a secret newer than the cache is accepted without a redeploy', async () => {
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(200);
  stages = { AWSCURRENT: 'whsec_two', AWSPREVIOUS: 'whsec_one' };
  seconds(31);
  expect(await post('whsec_two')).toBe(200);
  expect(previousUsed()).toEqual([]);
});

test('what was signed before the rotation is still accepted, and counted', async () => {
  const post = rotatingValidator();
  stages = { AWSCURRENT: 'whsec_two', AWSPREVIOUS: 'whsec_one' };
  expect([await post('whsec_one'), await post('whsec_two')]).toEqual([200, 200]);
  expect(previousUsed()).toEqual(['stripe']);
});

test('a secret that was rotated out twice is dead', async () => {
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(200);
  stages = { AWSCURRENT: 'whsec_three', AWSPREVIOUS: 'whsec_two' };
  seconds(301);
  expect(await post('whsec_one')).toBe(401);
});

test('a flood of forgeries does not become a flood of calls', async () => {
  const post = rotatingValidator();
  for (let attempt = 0; attempt < 50; attempt += 1) expect(await post('whsec_forged')).toBe(401);
  expect(calls()).toBe(2);
  seconds(31);
  for (let attempt = 0; attempt < 50; attempt += 1) expect(await post('whsec_forged')).toBe(401);
  expect(calls()).toBe(4);
});

test('an outage of the secret store does not stop an endpoint that has been used', async () => {
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(200);
  down = true;
  seconds(3600);
  expect(await post('whsec_one')).toBe(200);
  expect(await post('whsec_forged')).toBe(401);
});

test.each(['whsec_forged', 'whsec_one'])('nor does it become a flood of calls, or of waiting, under webhooks signed with %s', async (secret) => {
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(200);
  down = true;
  seconds(301);
  manager.resetHistory();
  for (let attempt = 0; attempt < 50; attempt += 1) await post(secret);
  expect(calls()).toBe(2);
  down = false;
  stages = { AWSCURRENT: 'whsec_two' };
  seconds(31);
  expect(await post('whsec_two')).toBe(200);
});

test('before anything was ever fetched it does: the provider shall retry', async () => {
  down = true;
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(503);
  down = false;
  expect(await post('whsec_one')).toBe(200);
});

test('a secret may be a list of several that are live at once', async () => {
  stages = { AWSCURRENT: '["whsec_two","whsec_one"]' };
  const post = rotatingValidator();
  expect([await post('whsec_one'), await post('whsec_two'), await post('["whsec_two","whsec_one"]')]).toEqual([200, 200, 401]);
});

describe('a previous version', () => {
  const failing = (name: string) => {
    manager.on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' }).rejects(Object.assign(new Error('no'), { name }));
    return rotatingValidator();
  };

  test.each(['DecryptionFailure', 'AccessDeniedException', 'InvalidRequestException'])('that will never be read turns nothing away that is signed with the current one: %s', async (name) => {
    expect(await failing(name)('whsec_one')).toBe(200);
  });

  test.each(['["whsec_zero"', '[1]', '[]', ''])('that was a slip turns nothing away once it has been corrected: %j', async (slip) => {
    stages = { AWSCURRENT: 'whsec_one', AWSPREVIOUS: slip };
    expect(await rotatingValidator()('whsec_one')).toBe(200);
  });

  test('that could not be read just now is asked for again: what it signed must not be refused for good', async () => {
    expect(await failing('InternalServiceError')('whsec_one')).toBe(503);
  });
});

test.each(['whsec_one\n', ' whsec_one\r\n', '["whsec_one"]\n'])('the white space around a secret that was read from a file is no part of it: %j', async (text) => {
  stages = { AWSCURRENT: text };
  const post = rotatingValidator();
  expect(await post('whsec_one')).toBe(200);
});

test.each(['', ' ', '\n', '[]', '[""]', '[1]', '{"key":"whsec_one"}'])('the secret %j lets no empty key in', async (text) => {
  stages = { AWSCURRENT: text };
  const post = rotatingValidator();
  // The Stripe library would sign with it; nothing signed with an empty key may pass.
  expect(await post('')).not.toBe(200);
  expect(await post('whsec_one')).not.toBe(200);
});

test('a secret that was meant to be a list and is none is never quoted', async () => {
  const client = { send: async () => ({ SecretString: '[whsec_TOPSECRETVALUE' }) };
  await expect(cachedSecrets(client as never)('arn')).rejects.toThrow('A signing secret is text or a JSON list of texts');
});
