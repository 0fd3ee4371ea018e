import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { logWriter } from '../../../local/commands/redrive/log-events';

const GROUP = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/low';
const client = new EventBridgeClient({ region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } });

interface Asked { readonly action: string; readonly authorization: string; readonly input: Record<string, unknown> }

let server: Server;
let asked: Asked[];
/** Status and body by action. */
let answers: Record<string, [number, object | undefined]>;
beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => void json(request).then((input) => {
    const action = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
    asked.push({ action, authorization: request.headers.authorization!, input: input as Record<string, unknown> });
    const [status, body] = answers[action] ?? [200, {}];
    response.writeHead(status).end(body && JSON.stringify(body));
  }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => { server.close(resolve); }));

const write = () => logWriter(client, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)(GROUP, '{"id":"1"}', 1_760_000_000_000);

test('a line goes into a stream of its own, signed for the region of the group', async () => {
  answers.CreateLogStream = [200, undefined];
  await write();
  const where = { logGroupName: '/aws/events/low', logStreamName: 'redrive' };
  expect(asked.map(({ action, input }) => [action, input])).toEqual([
    ['CreateLogStream', where], ['PutLogEvents', { ...where, logEvents: [{ timestamp: 1_760_000_000_000, message: '{"id":"1"}' }] }],
  ]);
  for (const { authorization } of asked) expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/logs\/aws4_request, SignedHeaders=.*host.*x-amz-target, Signature=[0-9a-f]{64}$/);
});

test('which may be there already', async () => {
  answers.CreateLogStream = [400, { __type: 'com.amazonaws.logs.v20140328#ResourceAlreadyExistsException', message: 'The specified log stream already exists' }];
  await write();
  expect(asked).toHaveLength(2);
});

test.each<[string, typeof answers, RegExp]>([
  ['a group that is gone', { CreateLogStream: [400, { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' }] }, /^ResourceNotFoundException: The specified log group/],
  ['somebody who may not', { PutLogEvents: [400, { __type: 'AccessDeniedException', Message: 'not authorized' }] }, /^AccessDeniedException: not authorized/],
  ['a failure without words', { PutLogEvents: [503, undefined] }, /^503/],
  ['a line the group refuses', { PutLogEvents: [200, { rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } }] }, /refused it.*tooOld/],
])('%s is told, so that the letter is kept', async (_, given, message) => {
  answers = given;
  await expect(write()).rejects.toThrow(message);
});

test('what is no log group is refused before anything is asked', async () => {
  await expect(logWriter(client, undefined)('arn:aws:sns:eu-west-1:123456789012:topic', '{}', 0)).rejects.toThrow('not the ARN of a log group');
});
