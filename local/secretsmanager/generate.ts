import { randomInt } from 'node:crypto';

/** How CloudFormation describes a password to make up. */
export interface Generation {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly IncludeSpace?: boolean;
  readonly RequireEachIncludedType?: boolean;
  /** A JSON object that gets the password under `GenerateStringKey`. */
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

export const GENERATION_PROPERTIES: readonly (keyof Generation)[] = [
  'PasswordLength', 'ExcludeCharacters', 'ExcludeLowercase', 'ExcludeUppercase', 'ExcludeNumbers', 'ExcludePunctuation', 'IncludeSpace',
  'RequireEachIncludedType', 'SecretStringTemplate', 'GenerateStringKey',
];

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const DEFAULT_LENGTH = 32;
const LONGEST = 4096;

export function generateSecret(generation: Generation): string {
  const { SecretStringTemplate: template, GenerateStringKey: key } = generation;
  if ((template === undefined) !== (key === undefined)) throw new Error('SecretStringTemplate and GenerateStringKey belong together');
  const password = generatePassword(generation);
  if (template === undefined) return password;
  const object: unknown = JSON.parse(template);
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Error('SecretStringTemplate must be a JSON object');
  return JSON.stringify({ ...object, [key!]: password });
}

export function generatePassword(generation: Generation): string {
  const length = generation.PasswordLength ?? DEFAULT_LENGTH;
  if (!Number.isInteger(length) || length < 1 || length > LONGEST) throw new Error(`PasswordLength must be between 1 and ${LONGEST}`);
  const types = includedTypes(generation);
  const everything = types.join('') + (generation.IncludeSpace ? ' ' : '');
  if (everything === '') throw new Error('GenerateSecretString excludes every character');
  const required = generation.RequireEachIncludedType ?? true ? types : [];
  if (required.length > length) throw new Error(`PasswordLength ${length} has no room for each included type of character`);
  const characters = required.map(anyOf);
  while (characters.length < length) characters.push(anyOf(everything));
  return shuffled(characters).join('');
}

/** The characters left of each type; types with none left are no longer included. */
function includedTypes(generation: Generation): string[] {
  const types = [
    generation.ExcludeLowercase ? '' : LOWERCASE,
    generation.ExcludeUppercase ? '' : LOWERCASE.toUpperCase(),
    generation.ExcludeNumbers ? '' : '0123456789',
    generation.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  ];
  const excluded = new Set(generation.ExcludeCharacters ?? '');
  return types.map((type) => [...type].filter((character) => !excluded.has(character)).join('')).filter((type) => type !== '');
}

function anyOf(characters: string): string {
  return characters[randomInt(characters.length)];
}

function shuffled(characters: string[]): string[] {
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other], characters[last]];
  }
  return characters;
}
