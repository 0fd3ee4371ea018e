/** The value of a variable the construct always sets. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set`);
  return value;
}

export function requireJsonEnv<T>(name: string): T {
  return JSON.parse(requireEnv(name)) as T;
}
