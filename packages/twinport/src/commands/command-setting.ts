import type { Language } from "@twinport/daemon";
import type { Messages } from "../messages/index.ts";
import type { Terminal } from "../terminal.ts";

/** What every command is made with. */
export interface CommandSetting {
  readonly terminal: Terminal;
  readonly messages: Messages;
  readonly language: Language;
}
