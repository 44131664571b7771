import { ClientError } from "../errors.ts";
import { childOf } from "../operations/manage.ts";
import { download } from "../operations/download.ts";
import { isSmall } from "./landing-file.ts";
import { LocalPlace } from "./local-place.ts";
import { LARGE } from "./mirror-deeds.ts";
import { QuickFetch } from "./quick-fetch.ts";
import { isComparable } from "./same-time.ts";
import type { RemoteTime } from "@twinport/protocol";
import type { Client } from "../client.ts";
import type { MakeFolder, MirrorPlan, MirrorWarning, Removal, SetTime, TransferFile } from "./mirror-plan.ts";
import type { MirrorDeeds, SentFile, TransferOrder } from "./mirror-deeds.ts";
import type { Progress } from "../progress.ts";
import type { Upcoming } from "./run-stage.ts";
import type { RunOptions } from "./mirror-options.ts";

/** From a server to a folder of this machine. */
export class DownloadDeeds implements MirrorDeeds {
  readonly isLocal = true;
  readonly #from: string;
  readonly #place: LocalPlace;
  readonly #options: RunOptions;

  constructor({ from, to }: MirrorPlan, options: RunOptions) {
    this.#from = from;
    this.#place = new LocalPlace(to);
    this.#options = options;
  }

  async makeFolder(_client: unknown, { path }: MakeFolder): Promise<void> {
    this.#place.makeFolder(path);
  }

  async setTime(_client: unknown, { path, at }: SetTime): Promise<void> {
    this.#place.setModified(path, at);
  }

  async remove(_client: unknown, { kind, path }: Removal): Promise<void> {
    if (kind === "remove-file") this.#place.removeFile(path);
    else this.#place.removeFolder(path);
  }

  async transfer(client: Client, action: TransferFile, order: TransferOrder): Promise<number> {
    const { size } = action;
    try {
      return await this.#fetch(client, action, size, order);
    } catch (error) {
      const again = startsAnew(error, action);
      if (!again) throw error;
      this.#place.discard(action);
      return await this.#fetch(client, action, again === "changed" ? undefined : size, order);
    }
  }

  /** Small files go one after the other in as few steps as there can be, as long as nothing is odd. */
  async transferQuickly(
    { core }: Client,
    { take, peek }: Upcoming<TransferFile>,
    done: (action: TransferFile, bytes: number) => void,
    signal: AbortSignal,
  ): Promise<TransferFile | undefined> {
    return await core.inTurn(signal, async (combined) => {
      const quick = QuickFetch.on(core, combined);
      try {
        for (let action = take(); action; action = take()) {
          if (!quick || !(await this.#fetchQuickly(quick, action, peek()))) return action;
          done(action, action.size ?? 0);
        }
        return undefined;
      } finally {
        await quick?.leave();
      }
    });
  }

  unverified(): ReadonlyMap<string, readonly SentFile[]> {
    return new Map();
  }

  /** What arrives is compared as it arrives. */
  async verify(): Promise<void> {}

  warnings(): MirrorWarning[] {
    return [];
  }

  /** Only of files of which all is known that has to be; and whatever is wrong is for the other way to tell. */
  async #fetchQuickly(quick: QuickFetch, action: TransferFile, following?: TransferFile): Promise<boolean> {
    if (!this.#isQuick(action)) return false;
    const { preserveTime = true } = this.#options;
    const { from, size, modified } = action;
    const isMoreToCome = following !== undefined && this.#isQuick(following);
    try {
      const landing = this.#place.receiver(action, size);
      const { memory } = landing;
      if (!memory || !(await quick.fetch(childOf(this.#from, from), memory, isMoreToCome))) return false;
      landing.land(preserveTime ? modified?.at : undefined);
      return true;
    } catch (error) {
      if (error instanceof ClientError && error.code === "local-file") return false;
      throw error;
    }
  }

  #isQuick({ size, modified }: TransferFile): boolean {
    const { verify, preserveTime = true } = this.#options;
    return isSmall(size) && verify !== "hash" && (!preserveTime || isGivable(modified));
  }

  /** @param size as the listing told it; undefined where it is to be asked for, with the time */
  async #fetch(
    client: Client,
    { from, modified, ...file }: TransferFile,
    size: number | undefined,
    { onBytes, signal }: TransferOrder,
  ): Promise<number> {
    const { verify = "size", preserveTime = true } = this.#options;
    const receiver = this.#place.receiver(file, size);
    const isTime = size !== undefined && isGivable(modified);
    const known = { ...(size !== undefined && { size }), ...(isTime && { modified: modified.at }) };
    const { core } = client;
    const path = childOf(this.#from, from);
    const onProgress = ({ bytes }: Progress): void => onBytes(bytes);
    const options = { verify, preserveTime, known, ...((size ?? LARGE) >= LARGE && { onProgress }) };
    return (await core.inTurn(signal, (combined) => download(core, path, receiver, options, combined))).moved;
  }
}

/** A day alone is no time to give to a file: the server is asked for it. */
function isGivable(time: RemoteTime | undefined): time is RemoteTime {
  return isComparable(time) && time.precision !== "day";
}

/** Why what is there of a file is of no use, and all of it is fetched. */
function startsAnew(error: unknown, { left }: TransferFile): "changed" | "no-restart" | undefined {
  if (!(error instanceof ClientError)) return undefined;
  // It is another file by now than the one that was listed.
  if (error.code === "size-differs") return "changed";
  const isRestRefused = String(error.facts["command"]).startsWith("REST ");
  return left !== undefined && isRestRefused ? "no-restart" : undefined;
}
