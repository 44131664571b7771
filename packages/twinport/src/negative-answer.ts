/** What was asked has the answer no, which has been said: it is no failure, and the exit code says it too. */
export class NegativeAnswer extends Error {
  constructor() {
    super("no");
    this.name = "NegativeAnswer";
  }
}
