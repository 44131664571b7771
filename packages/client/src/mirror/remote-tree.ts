import { foldNames } from "@twinport/protocol";
import { childOf } from "../operations/manage.ts";
import { demandHash } from "../operations/hash.ts";
import { modifiedOf, sizeOf } from "../operations/stat.ts";
import { isFolder } from "../operations/is-folder.ts";
import { listWithDoubts } from "./remote-listing.ts";
import { sameName } from "./same-name.ts";
import { above, lastName } from "./tree.ts";
import type { RemoteTime } from "@twinport/protocol";
import type { Client } from "../client.ts";
import type { HashAlgorithm } from "../local-hash.ts";
import type { RemoteHash } from "../operations/hash.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";
import type { Followed, Tree, TreeEntry, TreeListing } from "./tree.ts";

/** The side that a server has. */
export class RemoteTree implements Tree {
  readonly kind = "remote";
  readonly lanes: MirrorLanes;
  readonly #told: string;
  #base = "";
  #foldsNames = false;
  #keepsTimes: boolean | undefined;
  readonly grain = 1000;

  constructor(lanes: MirrorLanes, path: string) {
    this.lanes = lanes;
    this.#told = path;
  }

  get root(): string {
    return this.#base === "" ? this.#told : this.#base;
  }

  get keepsTimes(): boolean | undefined {
    return this.#keepsTimes;
  }

  readonly key = (name: string): string => (this.#foldsNames ? foldNames(name) : sameName(name));

  /** The path that the server is told. */
  at(path: string): string {
    return path === "" ? this.#base : childOf(this.#base, path);
  }

  open(signal: AbortSignal): Promise<boolean> {
    return this.lanes.run(async (client) => {
      const home = await client.workingDirectory({ signal });
      this.#base = absolute(home, this.#told);
      const system = await client.send("SYST", { signal });
      // The file systems of Windows take letters of either case for the same.
      this.#foldsNames = /windows|win32|ms-?dos/i.test(system.lines.join(" "));
      this.#keepsTimes = client.features.has("MFMT") ? true : undefined;
      return await client.core.inTurn(signal, (combined) => isFolder(client.core, this.#base, combined));
    }, signal);
  }

  list(path: string, signal: AbortSignal): Promise<TreeListing> {
    return this.lanes.run((client) => listWithDoubts(client, this.at(path), signal), signal);
  }

  follow(path: string, entry: TreeEntry, signal: AbortSignal): Promise<Followed> {
    return this.lanes.run((client) => this.#follow(client, path, entry, signal), signal);
  }

  size(path: string, signal: AbortSignal): Promise<number | undefined> {
    return this.lanes.run((client) => client.size(this.at(path), { signal }), signal);
  }

  hash(path: string, algorithm: HashAlgorithm | undefined, signal: AbortSignal): Promise<RemoteHash> {
    return this.lanes.run(
      ({ core }) => core.inTurn(signal, (combined) => demandHash(core, this.at(path), algorithm, combined)),
      signal,
    );
  }

  exactTime(path: string, signal: AbortSignal): Promise<RemoteTime | undefined> {
    return this.lanes.run((client) => client.modified(this.at(path), { signal }), signal);
  }

  /** What a link leads to is told by what can be done with it: it can be gone to, or it has a size. */
  async #follow(client: Client, path: string, { name, target }: TreeEntry, signal: AbortSignal): Promise<Followed> {
    const { core } = client;
    const at = this.at(path);
    const identity = absolute(this.at(above(path)), target ?? lastName(path));
    return await core.inTurn(signal, async (combined) => {
      if (await isFolder(core, at, combined)) {
        // A link to a folder above itself would never come to an end.
        if (`${at}/`.startsWith(`${identity}/`)) return { kind: "loop", detail: target ?? "" };
        return { kind: "entry", entry: { name, kind: "directory" }, identity };
      }
      const size = await sizeOf(core, at, combined);
      if (size === undefined) return { kind: "broken", detail: target ?? "" };
      const modified = await modifiedOf(core, at, combined);
      return { kind: "entry", entry: { name, kind: "file", size, ...(modified && { modified }) }, identity };
    });
  }
}

/**
 * A path of the server from its root on, where the server's folders are written with slashes: names that begin with a
 * dash or a blank are then never the first thing that it reads.
 */
function absolute(home: string, path: string): string {
  if (!home.startsWith("/")) return path;
  const names: string[] = [];
  for (const name of (path.startsWith("/") ? path : `${home}/${path}`).split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") names.pop();
    else names.push(name);
  }
  return `/${names.join("/")}`;
}
