/** The parts of dynalite the engine uses; dynalite ships no types. */
declare module 'dynalite/db' {
  const database: import('./dynalite-types').Database;
  export default database;
}

declare module 'dynalite/validations' {
  const validations: import('./dynalite-types').Validations;
  export default validations;
}

declare module 'dynalite/validations/*' {
  const schema: import('./dynalite-types').Schema;
  export default schema;
}

declare module 'dynalite/actions/*' {
  const action: import('./dynalite-types').DynaliteAction;
  export default action;
}
