import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { isPattern, matchesPattern } from "@twinport/protocol";
import { ClientError } from "@twinport/client";
import { homeOf } from "../home.ts";
import { inRemoteFolder } from "../remote-url.ts";
import type { Pool } from "@twinport/client";
import type { RemoteEntry } from "@twinport/protocol";
import type { ClientRun } from "../client-run.ts";
import type { ShellWord } from "./shell-words.ts";

/** What is in a local folder. */
export interface LocalEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Where a shell stands: in a folder of the server, and in a local one. */
export class ShellPlace {
  readonly server: Pool;
  readonly #run: ClientRun;
  #remote: string;
  #local = process.cwd();
  readonly #listed = new Map<string, Promise<readonly RemoteEntry[]>>();

  private constructor(run: ClientRun, server: Pool, remote: string) {
    this.#run = run;
    this.server = server;
    this.#remote = remote;
  }

  /** Begins in the login folder, or in another one. */
  static async in(run: ClientRun, server: Pool, folder: string): Promise<ShellPlace> {
    const place = new ShellPlace(run, server, await server.workingDirectory({ signal: run.signal }));
    if (folder !== "") await place.goTo(folder);
    return place;
  }

  get remote(): string {
    return this.#remote;
  }

  get local(): string {
    return this.#local;
  }

  /** A path of the server as somebody here writes it. */
  remotePath(written: string): string {
    const whole = written.startsWith("/") ? written : inRemoteFolder(this.#remote, written);
    const names: string[] = [];
    for (const name of whole.split("/")) {
      if (name === "..") names.pop();
      else if (name !== "" && name !== ".") names.push(name);
    }
    // A server whose paths begin with no slash has them relative to somewhere.
    return whole.startsWith("/") ? `/${names.join("/")}` : names.join("/");
  }

  localPath(written: string): string {
    const home = written.replace(/^~(?=$|[/\\])/, () => homeOf(this.#run.terminal.environment));
    return path.resolve(this.#local, home);
  }

  /** Goes to a folder of the server, which must be there. */
  async goTo(written: string): Promise<void> {
    const target = this.remotePath(written);
    const { signal } = this.#run;
    try {
      this.#remote = await this.server.use(
        async (client) => {
          await client.changeDirectory(target, { signal });
          return await client.workingDirectory({ signal });
        },
        { signal, repeat: true },
      );
    } catch (error) {
      // Servers say the same of what is not there and of what may not be entered.
      if (error instanceof ClientError && error.code === "refused") await this.server.stat(target, { signal });
      throw error;
    }
  }

  async goToLocal(written: string): Promise<void> {
    const target = this.localPath(written);
    if (!(await stat(target)).isDirectory()) {
      throw new ClientError("local-file", { path: target, cause: "is no directory" });
    }
    this.#local = target;
  }

  /** What is in a folder of the server; it is asked once until something is changed. */
  list(folder: string): Promise<readonly RemoteEntry[]> {
    let listed = this.#listed.get(folder);
    if (!listed) {
      listed = this.server.listAll(folder, { signal: this.#run.signal });
      this.#listed.set(folder, listed);
      listed.catch(() => this.#listed.delete(folder));
    }
    return listed;
  }

  /** Something was changed on the server: what was listed may be no more. */
  changed(): void {
    this.#listed.clear();
  }

  async listLocal(folder: string): Promise<LocalEntry[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    const told = entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    return told.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The paths of the server that a word means: a pattern in its last name stands for the files that it fits. */
  async remotePaths({ text, isQuoted }: ShellWord): Promise<string[]> {
    const whole = this.remotePath(text);
    const folder = whole.slice(0, Math.max(whole.lastIndexOf("/"), whole.startsWith("/") ? 1 : 0));
    const pattern = whole.slice(whole.lastIndexOf("/") + 1);
    if (isQuoted || !isPattern(pattern)) return [whole];
    const found = (await this.list(folder)).filter(
      ({ name, kind }) => kind !== "directory" && matchesPattern(pattern, name),
    );
    if (found.length === 0) throw new ClientError("not-found", { path: text, said: "nothing fits" });
    return found.map(({ name }) => inRemoteFolder(folder, name));
  }

  /** The same of local files. */
  async localPaths({ text, isQuoted }: ShellWord): Promise<string[]> {
    const whole = this.localPath(text);
    const [folder, pattern] = [path.dirname(whole), path.basename(whole)];
    if (isQuoted || !isPattern(pattern)) return [whole];
    const found = (await this.listLocal(folder)).filter(
      ({ name, isFolder }) => !isFolder && matchesPattern(pattern, name),
    );
    if (found.length === 0) throw new ClientError("local-file", { path: text, cause: "nothing fits" });
    return found.map(({ name }) => path.join(folder, name));
  }
}
