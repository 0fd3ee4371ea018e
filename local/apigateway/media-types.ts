/** `text/html; charset=utf-8` → `text/html`. */
export function mediaType(value: string | undefined, otherwise = 'application/json'): string {
  return value?.split(',')[0].split(';')[0].trim().toLowerCase() || otherwise;
}

/** Whether an API with these binary media types treats the type as binary. */
export function isBinary(binaryMediaTypes: readonly string[], type: string): boolean {
  return binaryMediaTypes.some((binary) => binary === '*/*' || binary.toLowerCase() === type);
}
