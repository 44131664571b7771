/** A choice with its reasons: the log prints them, an error carries them, the doctor explains them. */
export interface Decision<Value, Reason extends string = string> {
  readonly value: Value;
  readonly because: readonly Reason[];
}
