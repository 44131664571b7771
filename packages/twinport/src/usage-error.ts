/** The command line asks for something that cannot be; the sentence is in the reader's language. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
