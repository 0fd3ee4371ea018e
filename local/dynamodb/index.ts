export { DynamoDb } from './dynamodb';
export type { DynamoDbOptions, TableExtras } from './dynamodb';
export type { AttributeValue, Item } from './items';
export { tableResources } from './resources';
export { TableStream } from './stream';
export type { StreamRecord, StreamViewType } from './stream';
export { streamArn, tableArn } from './table';
