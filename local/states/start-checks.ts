import { ServiceError } from '../kernel/wire';
import { Json, MAX_PAYLOAD_BYTES, byteLength } from './json';

const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/;

/** The input of an execution, parsed. */
export function checkInput(input: string): Json {
  if (byteLength(input) > MAX_PAYLOAD_BYTES) {
    throw new ServiceError('ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${MAX_PAYLOAD_BYTES}`);
  }
  try {
    return JSON.parse(input) as Json;
  } catch (error) {
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
  }
}

export function checkName(name: string): string {
  if (!NAME.test(name)) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  return name;
}
