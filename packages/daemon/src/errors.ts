/** What keeps the daemon from serving. */
export type DaemonErrorCode = "root-not-usable" | "cannot-listen";

/** The daemon cannot do what it was configured to; the sentence is in the operator's language. */
export class DaemonError extends Error {
  readonly code: DaemonErrorCode;

  constructor(code: DaemonErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "DaemonError";
    this.code = code;
  }
}
