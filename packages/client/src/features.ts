import type { Reply } from "@twinport/protocol";

/** What a server says that it can (FEAT, RFC 2389). */
export class Features {
  readonly #lines: ReadonlyMap<string, string>;

  constructor(lines: ReadonlyMap<string, string>) {
    this.#lines = lines;
  }

  /** Reads the reply to FEAT; of a server that does not know FEAT nothing is known. */
  static of(reply: Reply): Features {
    const lines = new Map<string, string>();
    // 211 by the RFC; but whoever answers with a list means it.
    if (reply.code < 200 || reply.code >= 300) return new Features(lines);
    // Some servers have no first line, or put the code before each.
    for (const line of reply.lines) {
      const [, name, value] = /^(?:2\d\d[- ])?\s*(\S+)\s*(.*)$/s.exec(line) ?? [];
      if (name !== undefined && !lines.has(name.toUpperCase())) lines.set(name.toUpperCase(), value ?? "");
    }
    return new Features(lines);
  }

  /** Names in upper case, with what stands behind them. */
  get lines(): ReadonlyMap<string, string> {
    return this.#lines;
  }

  has(name: string): boolean {
    return this.#lines.has(name);
  }

  /** What stands behind the name, as `type*;size*;` of MLST. */
  of(name: string): string | undefined {
    return this.#lines.get(name);
  }
}
