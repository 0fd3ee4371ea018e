import { randomUUID } from 'node:crypto';
import createTableSchema from 'dynalite/validations/createTable';
import { notSupported } from '../kernel/wire';
import { checkInput } from './actions';
import { ActionStore, Members } from './dynalite-types';
import { validationError } from './errors';
import { StreamViewType } from './stream';
import { TableDefinition } from './table';

const WITHOUT_LOCAL_EFFECT = ['Tags', 'SSESpecification', 'TableClass'];
const INDEX_MEMBERS = ['IndexName', 'KeySchema', 'Projection', 'ProvisionedThroughput'];
const VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

/** Checks the input of CreateTable, which is edited, and makes a table definition of it. */
export function toDefinition(input: Members, store: ActionStore, now: number): TableDefinition {
  const { StreamSpecification, ...rest } = input;
  for (const member of WITHOUT_LOCAL_EFFECT) delete rest[member];
  for (const index of [...rest.GlobalSecondaryIndexes ?? [], ...rest.LocalSecondaryIndexes ?? []]) {
    onlyMembers('an index of CreateTable', index, INDEX_MEMBERS);
  }
  const table = checkInput('CreateTable', rest, createTableSchema, store) as TableDefinition;
  return { ...table, streamViewType: viewType(StreamSpecification), id: randomUUID(), createdAt: now };
}

/** The attribute UpdateTimeToLive names, or none when it switches time to live off. */
export function timeToLiveAttribute(specification: Members | undefined): string | undefined {
  if (typeof specification?.Enabled !== 'boolean' || !specification.AttributeName) {
    throw validationError('TimeToLiveSpecification takes Enabled and AttributeName');
  }
  return specification.Enabled ? specification.AttributeName : undefined;
}

export function onlyMembers(where: string, members: Members, allowed: readonly string[]): void {
  const unknown = Object.keys(members).filter((member) => members[member] != null && !allowed.includes(member));
  if (unknown.length > 0) throw notSupported('DynamoDB', `${unknown.join(', ')} in ${where}`);
}

function viewType(specification: Members | undefined): StreamViewType | undefined {
  if (!specification?.StreamEnabled) return undefined;
  if (!VIEW_TYPES.includes(specification.StreamViewType)) {
    throw validationError(`StreamViewType must be one of ${VIEW_TYPES.join(', ')}`);
  }
  return specification.StreamViewType;
}
