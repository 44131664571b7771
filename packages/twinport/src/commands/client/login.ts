import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { ClientError } from "@twinport/client";
import { UsageError } from "../../usage-error.ts";
import { askHidden } from "../account/ask-password.ts";
import { homeOf } from "./home.ts";
import { netrcLoginOf, parseNetrc } from "./netrc.ts";
import type { FtpUrl } from "@twinport/client";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { Messages } from "../../messages/index.ts";
import type { NetrcLogin } from "./netrc.ts";
import type { Terminal } from "../../terminal.ts";

/** Who logs in. With nobody named it is `anonymous`. */
export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly account?: string;
}

/** Finds out who logs in where, and asks for each password once. */
export class Logins {
  readonly #terminal: Terminal;
  readonly #messages: Messages;
  readonly #flags: Pick<ConnectionFlags, "user" | "passwordStdin" | "netrc">;
  #fromInput: Promise<string> | undefined;
  #netrc: Promise<ReturnType<typeof parseNetrc>> | undefined;

  constructor(
    terminal: Terminal,
    messages: Messages,
    flags: Pick<ConnectionFlags, "user" | "passwordStdin" | "netrc">,
  ) {
    this.#terminal = terminal;
    this.#messages = messages;
    this.#flags = flags;
  }

  /**
   * The login for a server. A password is looked for in the URL, then in what was piped in (`--password-stdin`), in the
   * environment, in the netrc, and at last the user is asked for it, where there is a terminal.
   *
   * @throws {UsageError}
   */
  async of(url: FtpUrl): Promise<Login> {
    const named = this.#flags.user ?? url.user;
    const kept = this.#flags.netrc ? netrcLoginOf(await this.#readNetrc(), url.host, named) : undefined;
    const user = named ?? kept?.login;
    if (user === undefined) return {};
    const account = kept?.account;
    return { user, password: await this.#password(url, user, kept), ...(account !== undefined && { account }) };
  }

  async #password(url: FtpUrl, user: string, kept: NetrcLogin | undefined): Promise<string> {
    // What a URL says is for the user that it names.
    if (url.password !== undefined && (url.user ?? user) === user) return url.password;
    if (this.#flags.passwordStdin) return await (this.#fromInput ??= this.#firstLine());
    const known = this.#terminal.environment["TWINPORT_PASSWORD"] ?? kept?.password;
    if (known !== undefined) return known;
    if (!this.#terminal.input.isTTY || /^(?:anonymous|ftp)$/i.test(user)) return "";
    const question = this.#messages.client.passwordOf(user, url.host);
    return await askHidden(this.#terminal, question, () => new ClientError("aborted"));
  }

  async #firstLine(): Promise<string> {
    let text = "";
    for await (const chunk of this.#terminal.input.setEncoding("utf8")) {
      text += String(chunk);
      if (/[\r\n]/.test(text)) break;
    }
    const [line = ""] = text.split(/[\r\n]/, 1);
    if (line === "") throw new UsageError(this.#messages.client.usage.noPasswordOnInput);
    return line;
  }

  #readNetrc(): Promise<ReturnType<typeof parseNetrc>> {
    return (this.#netrc ??= this.#openNetrc());
  }

  async #openNetrc(): Promise<ReturnType<typeof parseNetrc>> {
    const { environment, errors } = this.#terminal;
    const name = process.platform === "win32" ? "_netrc" : ".netrc";
    const file = environment["NETRC"] ?? path.join(homeOf(environment), name);
    const entries = parseNetrc(await readFile(file, "utf8"));
    const isOpen = process.platform !== "win32" && ((await stat(file)).mode & 0o077) !== 0;
    if (isOpen && entries.some(({ password }) => password !== undefined)) {
      errors.write(`${this.#messages.client.netrcIsOpen(file)}\n`);
    }
    return entries;
  }
}
