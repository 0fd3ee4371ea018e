import { DefinitionProblem } from './errors';

/** Reads an expression from left to right. */
export class Scanner {
  private at = 0;

  public constructor(public readonly text: string) {}

  public get position(): number {
    return this.at;
  }

  public get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Consumes `pattern`, which must be sticky, and gives what it matched. */
  public match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  public eat(literal: string): boolean {
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  /** Like `eat`, with white space allowed on both sides. */
  public eatSpaced(literal: string): boolean {
    this.match(/\s*/y);
    const eaten = this.eat(literal);
    this.match(/\s*/y);
    return eaten;
  }

  /** A name or string in single or double quotes, where `\` escapes a quote or itself. */
  public quoted(): string | undefined {
    const text = this.match(/'(?:[^'\\]|\\['"\\])*'|"(?:[^"\\]|\\['"\\])*"/y);
    return text?.slice(1, -1).replace(/\\(.)/g, '$1');
  }

  public lookingAt(literal: string): boolean {
    return this.text.startsWith(literal, this.at);
  }

  public expect(literal: string): void {
    if (!this.eat(literal)) this.fail(`expected ${literal}`);
  }

  public fail(why: string): never {
    throw new DefinitionProblem(`'${this.text}' is not an expression the interpreter understands: ${why} at position ${this.at + 1}`);
  }
}
