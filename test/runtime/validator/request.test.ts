import type { APIGatewayProxyEvent } from 'aws-lambda';
import { contentTypeOf, requestOf } from '../../../runtime/validator/request';

const event = (overrides: object) => ({ body: '{}', isBase64Encoded: false, multiValueHeaders: {}, requestContext: { requestTimeEpoch: 1_760_000_000_123 }, ...overrides }) as APIGatewayProxyEvent;

describe('the request behind a proxy event', () => {
  test.each([[Buffer.from([0, 1, 0x7f, 0x80, 0xc3, 0x28, 0xff])], [Buffer.from('{"ä":"日本 🎉\r\n"}')], [Buffer.alloc(0)]])('has the bytes that were sent, base64 or not', (bytes) => {
    expect(requestOf(event({ body: bytes.toString('base64'), isBase64Encoded: true })).body).toEqual(bytes);
  });

  test('reads a body that came as text as UTF-8', () => {
    expect(requestOf(event({ body: 'é🎉' })).body).toEqual(Buffer.from('é🎉', 'utf8'));
  });

  test('takes no body for an empty one', () => {
    expect(requestOf(event({ body: null })).body).toHaveLength(0);
  });

  test('keeps every value of a header, whatever the case of its name', () => {
    const { headers } = requestOf(event({ multiValueHeaders: { 'Stripe-Signature': ['a'], 'stripe-signature': ['b', 'c'], 'X': undefined } }));
    expect(headers.get('stripe-signature')).toEqual(['a', 'b', 'c']);
    expect(headers.get('Stripe-Signature')).toBeUndefined();
  });

  test('has no headers when there are none', () => {
    expect(requestOf(event({ multiValueHeaders: null })).headers.size).toBe(0);
  });

  test('has its method and its query', () => {
    const { method, query } = requestOf(event({ httpMethod: 'GET', queryStringParameters: { challenge: 'a b', empty: undefined } }));
    expect(method).toBe('GET');
    expect([...query]).toEqual([['challenge', 'a b'], ['empty', '']]);
    expect(requestOf(event({ queryStringParameters: null })).query.size).toBe(0);
  });

  test('is judged by the time of its arrival at the front door', () => {
    expect(requestOf(event({})).receivedAt).toBe(1_760_000_000_123);
  });
});

test.each([
  [['application/json'], 'application/json'], [['Application/JSON; charset=utf-8'], 'application/json'], [[''], ''], [[], ''],
])('the media type of %j is %j', (values, expected) => {
  expect(contentTypeOf(requestOf(event({ multiValueHeaders: { 'Content-Type': values } })))).toBe(expected);
});
