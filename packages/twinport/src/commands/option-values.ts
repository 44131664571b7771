import { UsageError } from "../usage-error.ts";
import type { Messages } from "../messages/index.ts";

/** @throws {UsageError} for what is no number above 0 */
export function numberOf(option: string, value: string, messages: Messages): number {
  const number = decimal(value);
  if (!(number > 0)) throw new UsageError(messages.notANumber(option, value));
  return number;
}

/** @throws {UsageError} for what is no whole number above 0 */
export function wholeOf(option: string, value: string, messages: Messages): number {
  const number = numberOf(option, value, messages);
  if (!Number.isInteger(number)) throw new UsageError(messages.notAWholeNumber(option, value));
  return number;
}

/** @throws {UsageError} for what is no number of seconds, and not 0 */
export function secondsOrNone(option: string, value: string, messages: Messages): number {
  const number = decimal(value);
  if (!(number >= 0)) throw new UsageError(messages.notANumberOrZero(option, value));
  return number;
}

/** NaN for what is not written as a plain number. */
function decimal(value: string): number {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
}
