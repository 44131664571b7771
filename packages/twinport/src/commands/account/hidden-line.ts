/** Bytes of a password: far more than anybody types, and fewer than a command line may have. */
export const MAX_PASSWORD_BYTES = 1024;

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const BACKSPACES: ReadonlySet<string> = new Set(["\b", "\u007f"]);

/** What has become of a line: it is typed on, done, or given up. */
export type TypedLine =
  | { readonly kind: "typing" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "done"; readonly rest: string };

/** A line that is typed and not shown, with the keys that a terminal in raw mode leaves to its reader. */
export class HiddenLine {
  #letters: string[] = [];

  get text(): string {
    return this.#letters.join("");
  }

  /** Takes what came from the keyboard; what lies behind the line's end is given back. */
  take(typed: string): TypedLine {
    // Keys that move a cursor, and the marks around what was pasted: there is nothing to see that would move.
    // oxlint-disable-next-line no-control-regex
    const keys = [...typed.replace(/\u001b(?:\[[0-9;]*[ -/]*[@-~]|O.|.)?/g, "")];
    for (const [i, key] of keys.entries()) {
      if (key === "\r" || key === "\n") return { kind: "done", rest: keys.slice(i + 1).join("") };
      if (key === CTRL_C || (key === CTRL_D && this.#letters.length === 0)) return { kind: "cancelled" };
      if (key === CTRL_U) this.#letters = [];
      else if (BACKSPACES.has(key)) this.#letters.pop();
      else if (key >= " " && this.#letters.length < MAX_PASSWORD_BYTES) this.#letters.push(key);
    }
    return { kind: "typing" };
  }
}
