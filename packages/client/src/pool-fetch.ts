import { ClientError } from "./errors.ts";
import { download } from "./operations/download.ts";
import { isWorthRepeating } from "./pool-retry.ts";
import type { Client } from "./client.ts";
import type { DownloadOptions, TransferResult } from "./operations/download.ts";
import type { Landing } from "./pool-landing.ts";

/** The attempts of one download, each over another connection. */
export class Fetch {
  readonly #path: string;
  readonly #landing: Landing;
  readonly #options: DownloadOptions;
  #seen: { readonly size: number | undefined; readonly modified: number | undefined } | undefined;
  #isWrong = false;
  #canGoOn = true;
  #last: unknown;

  constructor(path: string, landing: Landing, options: DownloadOptions) {
    this.#path = path;
    this.#landing = landing;
    this.#options = options;
  }

  canRepeat(error: unknown): boolean {
    this.#isWrong ||= isNoBeginning(error);
    this.#last = error;
    return this.#canGoOn && isWorthRepeating(error);
  }

  async attempt(client: Client, signal: AbortSignal): Promise<TransferResult> {
    const options = this.#options;
    const before = this.#seen;
    const told = before === undefined ? options.known : undefined;
    const seen = {
      size: options.ascii === true ? undefined : (told?.size ?? (await client.size(this.#path, { signal }))),
      modified: told?.modified ?? (await client.modified(this.#path, { signal }))?.at,
    };
    this.#seen = seen;
    const isSame = options.ascii !== true && before?.size === seen.size && before?.modified === seen.modified;
    const receiver = await this.#landing.receiver(isSame && !this.#isWrong);
    if (!receiver) {
      // What was given to a stream cannot be taken back: it ends as the attempt before did.
      this.#canGoOn = false;
      throw this.#last;
    }
    this.#isWrong = false;
    const known = {
      ...(seen.size !== undefined && { size: seen.size }),
      ...(seen.modified !== undefined && { modified: seen.modified }),
    };
    return await client.core.inTurn(signal, (combined) =>
      download(client.core, this.#path, receiver, { ...options, known }, combined),
    );
  }
}

/** What has arrived is not the beginning of the file; while it is only too short, it may be. */
function isNoBeginning(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  const { expected, got } = error.facts;
  return error.code === "hash-differs" || (error.code === "size-differs" && Number(got) > Number(expected));
}
