import batchGetItem from 'dynalite/actions/batchGetItem';
import batchWriteItem from 'dynalite/actions/batchWriteItem';
import deleteItem from 'dynalite/actions/deleteItem';
import getItem from 'dynalite/actions/getItem';
import putItem from 'dynalite/actions/putItem';
import query from 'dynalite/actions/query';
import scan from 'dynalite/actions/scan';
import updateItem from 'dynalite/actions/updateItem';
import validations from 'dynalite/validations';
import batchGetItemSchema from 'dynalite/validations/batchGetItem';
import batchWriteItemSchema from 'dynalite/validations/batchWriteItem';
import deleteItemSchema from 'dynalite/validations/deleteItem';
import getItemSchema from 'dynalite/validations/getItem';
import putItemSchema from 'dynalite/validations/putItem';
import querySchema from 'dynalite/validations/query';
import scanSchema from 'dynalite/validations/scan';
import updateItemSchema from 'dynalite/validations/updateItem';
import { notSupported } from '../kernel/wire';
import { ActionStore, DynaliteAction, Members, Schema } from './dynalite-types';
import { orderListRemovals, refuseUnsupportedComparisons } from './expressions';

/** An action of dynalite that reads or writes items. Each is imported by name: a bundler cannot follow computed names. */
export interface ItemAction {
  readonly run: DynaliteAction;
  readonly schema: Schema;
  readonly writes: boolean;
}

const onFailure = { ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['NONE', 'ALL_OLD'] } };

export const ITEM_ACTIONS = {
  PutItem: { run: putItem, schema: withTypes(putItemSchema, onFailure), writes: true },
  UpdateItem: { run: updateItem, schema: withTypes(updateItemSchema, onFailure), writes: true },
  DeleteItem: { run: deleteItem, schema: withTypes(deleteItemSchema, onFailure), writes: true },
  BatchWriteItem: { run: batchWriteItem, schema: batchWriteItemSchema, writes: true },
  GetItem: { run: getItem, schema: getItemSchema, writes: false },
  BatchGetItem: { run: batchGetItem, schema: batchGetItemSchema, writes: false },
  Query: { run: query, schema: querySchema, writes: false },
  Scan: { run: scan, schema: withTypes(scanSchema, { ConsistentRead: 'Boolean' }), writes: false },
} satisfies Record<string, ItemAction>;

export type ItemActionName = keyof typeof ITEM_ACTIONS;

export function isItemAction(action: string): action is ItemActionName {
  return Object.hasOwn(ITEM_ACTIONS, action);
}

/**
 * Checks an item action's input and compiles its expressions. The input is
 * edited, so pass a copy. Refuses members dynalite would drop unseen.
 */
export function parseItemAction(action: ItemActionName, input: Members, store: ActionStore): Members {
  const data = checkInput(action, input, ITEM_ACTIONS[action].schema, store);
  if ((data.ReturnItemCollectionMetrics ?? 'NONE') !== 'NONE') throw notSupported('DynamoDB', 'ReturnItemCollectionMetrics');
  refuseUnsupportedComparisons(data);
  orderListRemovals(data);
  return data;
}

export function checkInput(action: string, input: Members, schema: Schema, store: ActionStore): Members {
  const unknown = Object.keys(input).filter((member) => input[member] != null && !Object.hasOwn(schema.types, member));
  if (unknown.length > 0) throw notSupported('DynamoDB', `${unknown.join(', ')} in ${action}`);
  const data = validations.checkTypes(input, schema.types);
  validations.checkValidations(data, schema.types, schema.custom, store);
  return data;
}

function withTypes(schema: Schema, types: Members): Schema {
  return { ...schema, types: { ...schema.types, ...types } };
}
