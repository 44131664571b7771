/** A reply to a command: a code, and the lines of its text (RFC 959 §4.2). */
export interface Reply {
  readonly code: number;
  /** At least one line, each without its end. */
  readonly lines: readonly string[];
}

/** A reply of one line, or of several. */
export function reply(code: number, ...lines: [string, ...string[]]): Reply {
  return { code, lines };
}

/** More is to come before the command is done (1yz). */
export function isPreliminary(answer: Reply): boolean {
  return answer.code < 200;
}

/** The command was refused or failed (4yz, 5yz). */
export function isRefusal(answer: Reply): boolean {
  return answer.code >= 400;
}
