/**
 * An object as a line. The control characters that JSON lets stand (DEL, C1) are written by their numbers: a line may end up
 * on a terminal.
 */
export function jsonLine(object: object): string {
  return JSON.stringify(object).replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
