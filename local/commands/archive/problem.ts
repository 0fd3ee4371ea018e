/** What is wrong with an archive. */
export interface Problem {
  readonly problem:
    /** A manifest lists an object, or the chain a manifest, that is not there. */
    | 'missing'
    /** Its bytes are not those that were written. */
    | 'changed'
    /** An object that is in no manifest. */
    | 'unlisted'
    /** A record, an object or a place in the chain that is there twice. */
    | 'doubled'
    /** Counts differ from the manifest's own. */
    | 'miscounted'
    /** A row of another day. */
    | 'misplaced'
    /** It is not what it should be at all. */
    | 'unreadable';
  readonly key: string;
  readonly detail: string;
}
