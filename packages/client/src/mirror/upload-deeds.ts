import path from "node:path";
import { ClientError } from "../errors.ts";
import { openSource } from "../sources.ts";
import { childOf, makeFolder, removeFile, removeFolder, rename } from "../operations/manage.ts";
import { setModified } from "../operations/set-modified.ts";
import { upload } from "../operations/upload.ts";
import { listWithDoubts } from "./remote-listing.ts";
import { LARGE } from "./mirror-deeds.ts";
import { above, lastName } from "./tree.ts";
import type { Client } from "../client.ts";
import type { FileFailed, MirrorDeeds, SentFile, TransferOrder } from "./mirror-deeds.ts";
import type { MakeFolder, MirrorPlan, MirrorWarning, Removal, SetTime, TransferFile } from "./mirror-plan.ts";
import type { Repeatable } from "../sources.ts";
import type { RunOptions } from "./mirror-options.ts";

/** So many files of a folder are asked for one by one; of more the folder is listed. */
const FEW = 3;

/** Milliseconds that the removal of a part may take when the mirror has been called off. */
const LAST_WORDS = 2000;

/** From a folder of this machine to a server. */
export class UploadDeeds implements MirrorDeeds {
  readonly isLocal = false;
  readonly #from: string;
  readonly #to: string;
  readonly #options: RunOptions;
  readonly #sent = new Map<string, SentFile[]>();
  #isAtomic: boolean;
  #withoutAtomic = 0;
  #withoutTime = 0;

  constructor({ from, to }: MirrorPlan, options: RunOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.#isAtomic = options.atomic ?? true;
  }

  async makeFolder(client: Client, action: MakeFolder, signal: AbortSignal): Promise<void> {
    const { core } = client;
    await core.inTurn(signal, (combined) => makeFolder(core, this.#at(action.path), true, combined));
  }

  async setTime(client: Client, { path: below, at }: SetTime, signal: AbortSignal): Promise<void> {
    const { core } = client;
    const isSet = await core.inTurn(signal, (combined) => setModified(core, this.#at(below), at, combined));
    if (!isSet) this.#withoutTime++;
  }

  async remove(client: Client, { kind, path: below }: Removal, signal: AbortSignal): Promise<void> {
    const { core } = client;
    const work = kind === "remove-file" ? removeFile : removeFolder;
    try {
      await core.inTurn(signal, (combined) => work(core, this.#at(below), combined));
    } catch (error) {
      // Somebody else was faster: it is gone, as it should be.
      if (!(error instanceof ClientError) || error.code !== "not-found") throw error;
    }
  }

  async transfer(client: Client, action: TransferFile, order: TransferOrder): Promise<number> {
    const opened = await openSource(path.join(this.#from, ...action.from.split("/")));
    try {
      if (!this.#isAtomic) return await this.#sendDirectly(client, opened, action, order);
      try {
        return await this.#sendBeside(client, opened, action, order);
      } catch (error) {
        if (!isAboutNames(error)) throw error;
        const moved = await this.#sendDirectly(client, opened, action, order);
        // It was the other name that the server would not have.
        this.#isAtomic = false;
        return moved;
      }
    } finally {
      await opened.close();
    }
  }

  unverified(): ReadonlyMap<string, readonly SentFile[]> {
    return this.#sent;
  }

  async verify(
    client: Client,
    folder: string,
    files: readonly SentFile[],
    failed: FileFailed,
    signal: AbortSignal,
  ): Promise<void> {
    const listed = files.length > FEW ? (await listWithDoubts(client, this.#at(folder), signal)).entries : [];
    const sizes = new Map(listed.map(({ name, size }) => [name, size]));
    for (const { action, size } of files) {
      const path = this.#at(action.path);
      const got = sizes.get(lastName(action.path)) ?? (await client.size(path, { signal }));
      if (got !== undefined && got !== size)
        failed(action, new ClientError("size-differs", { path, expected: size, got }));
    }
  }

  warnings(): MirrorWarning[] {
    const warnings: MirrorWarning[] = [];
    if (this.#withoutAtomic > 0) warnings.push({ code: "not-atomic", count: this.#withoutAtomic });
    if (this.#withoutTime > 0) warnings.push({ code: "times-not-set", count: this.#withoutTime });
    return warnings;
  }

  #at(below: string): string {
    return below === "" ? this.#to : childOf(this.#to, below);
  }

  async #sendBeside(client: Client, opened: Repeatable, action: TransferFile, order: TransferOrder): Promise<number> {
    const folder = above(action.path);
    const part = this.#at(folder === "" ? action.part : `${folder}/${action.part}`);
    const { core } = client;
    try {
      return await core.inTurn(order.signal, async (signal) => {
        const moved = await this.#send(client, opened, part, action, order, signal);
        await rename(core, part, this.#at(action.path), signal);
        return moved;
      });
    } catch (error) {
      const isResumable = !isAboutNames(error) && (opened.size ?? 0) >= LARGE;
      // Nobody waits for that on a connection that is gone; the next run takes it away.
      if (!isResumable && core.standing)
        await client.remove(part, { signal: AbortSignal.timeout(LAST_WORDS) }).catch(() => {});
      throw error;
    }
  }

  async #sendDirectly(client: Client, opened: Repeatable, action: TransferFile, order: TransferOrder): Promise<number> {
    const { core } = client;
    const moved = await core.inTurn(order.signal, (signal) =>
      this.#send(client, opened, this.#at(action.path), { ...action, left: 0, replaces: true }, order, signal),
    );
    if (this.#options.atomic !== false) this.#withoutAtomic++;
    return moved;
  }

  async #send(
    { core }: Client,
    opened: Repeatable,
    to: string,
    action: TransferFile,
    { onBytes }: TransferOrder,
    signal: AbortSignal,
  ): Promise<number> {
    const { verify = "size", preserveTime = true } = this.#options;
    // What replaces nothing may be looked at with the others of its folder.
    const isLater = verify === "size" && !action.replaces;
    const { moved, size } = await upload(
      core,
      opened,
      to,
      {
        verify: isLater ? "nothing" : verify,
        resume: (action.left ?? 0) > 0,
        ...((opened.size ?? LARGE) >= LARGE && { onProgress: ({ bytes }) => onBytes(bytes) }),
      },
      signal,
    );
    if (preserveTime && opened.modified !== undefined && !(await setModified(core, to, opened.modified, signal))) {
      this.#withoutTime++;
    }
    if (isLater) this.#keep(action, size);
    return moved;
  }

  #keep(action: TransferFile, size: number): void {
    const folder = above(action.path);
    const files = this.#sent.get(folder);
    if (files) files.push({ action, size });
    else this.#sent.set(folder, [{ action, size }]);
  }
}

/** A refusal that may be about the name of the part, or about renaming; one for want of room is not. */
function isAboutNames(error: unknown): boolean {
  if (!(error instanceof ClientError) || !error.reply) return false;
  const { code } = error.reply;
  const isRefusal = error.code === "refused" || error.code === "not-supported" || error.code === "not-found";
  return isRefusal && code >= 500 && code !== 552 && code !== 530 && code !== 532;
}
