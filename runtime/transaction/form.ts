/**
 * Reads `application/x-www-form-urlencoded` strictly: ASCII with no spaces, percent escapes of
 * valid UTF-8, every field named, none twice. Undefined for anything else.
 */
export function parseForm(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (!/^[\x21-\x7e]+$/.test(text)) return undefined;
  const fields = new Map<string, string>();
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    const name = at > 0 ? unescape(part.slice(0, at)) : undefined;
    const value = unescape(part.slice(at + 1));
    if (name === undefined || value === undefined || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return fields;
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return undefined;
  }
}
