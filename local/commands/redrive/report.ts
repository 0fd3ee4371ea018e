/** Where dead letters wait; `unfinished` are transactions of the table that are in none of them. */
export const SOURCES = ['routing', 'workflow', 'archive', 'relay', 'unfinished'] as const;
export type Source = (typeof SOURCES)[number];

/** Those with letters to look at. */
export const LETTER_SOURCES = ['routing', 'workflow', 'archive', 'relay'] as const satisfies readonly Source[];
export type LetterSource = (typeof LETTER_SOURCES)[number];

/** What became of one dead letter. */
export interface Outcome {
  readonly source: Source;
  readonly kind: string;
  readonly what: string;
  /** Why it became one. */
  readonly error: string;
  readonly outcome: 'found' | 'redriven' | 'kept';
  /** Why it was kept. */
  readonly reason?: string;
}

export interface Report {
  add(outcome: Outcome): void;
}
