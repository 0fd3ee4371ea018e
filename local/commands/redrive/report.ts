/** Where dead letters wait. */
export const SOURCES = ['routing', 'workflow', 'archive', 'relay'] as const;
export type Source = (typeof SOURCES)[number];

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
