import { ClientError, said } from "../errors.ts";
import { hashAlgorithms, hashDigits } from "../local-hash.ts";
import { refused } from "../session.ts";
import { explain } from "./not-found.ts";
import type { Reply } from "@twinport/protocol";
import type { ClientCore } from "../core.ts";
import type { Features } from "../features.ts";
import type { HashAlgorithm } from "../local-hash.ts";
import type { Session } from "../session.ts";

/** What a server has computed of a file. */
export interface RemoteHash {
  readonly algorithm: HashAlgorithm;
  /** In lower hex, with all its zeros. */
  readonly value: string;
}

/** A way to ask for a hash. */
interface Way {
  readonly command: string;
  readonly algorithm: HashAlgorithm;
  /** What HASH calls it: it has to be chosen (OPTS HASH). */
  readonly name?: string;
}

/** The commands that give one kind each, as FEAT names them. */
const commands: readonly Way[] = [
  { command: "XSHA256", algorithm: "sha256" },
  { command: "XSHA512", algorithm: "sha512" },
  { command: "XSHA1", algorithm: "sha1" },
  // Of GlobalSCAPE and Serv-U, which mean SHA-1.
  { command: "XSHA", algorithm: "sha1" },
  { command: "XMD5", algorithm: "md5" },
  // draft-twine-ftpmd5.
  { command: "MD5", algorithm: "md5" },
  { command: "XCRC", algorithm: "crc32" },
];

/** The least seconds that a server gets to read a file. */
const SECONDS = 60;

/** Bytes a second that the slowest disk reads. */
const SLOWEST = 5_000_000;

/** Seconds for a file of which no size is known. */
const SECONDS_UNKNOWN = 600;

/** The ways in which this server can be asked, those of strong algorithms first. */
function waysOf(features: Features): Way[] {
  const offered = features.of("HASH") ?? "";
  const byName: Way[] = offered
    .split(/[;,\s]+/)
    .map((word) => word.replace(/\*$/, ""))
    .flatMap((name) => {
      const algorithm = hashAlgorithms.find((one) => one === name.toLowerCase().replace("-", ""));
      return algorithm ? [{ command: "HASH", algorithm, name }] : [];
    });
  const ways = [...byName, ...commands.filter(({ command }) => features.has(command))];
  const rank = ({ algorithm }: Way): number => hashAlgorithms.indexOf(algorithm);
  return ways.sort((one, other) => rank(one) - rank(other));
}

/** The algorithms that this server offers, the one to choose first. */
export function algorithmsOf(session: Session): HashAlgorithm[] {
  const open = waysOf(session.features).filter((way) => !session.refusedListings.has(keyOf(way)));
  return [...new Set(open.map(({ algorithm }) => algorithm))];
}

/**
 * What the server says that a file's hash is, by HASH or one of the X commands, as FEAT offers them; undefined where it
 * offers none, or knows none of those that it offers.
 *
 * @throws {ClientError} `not-found`, `refused`, `protocol-not-followed`
 */
export async function remoteHash(
  core: ClientCore,
  path: string,
  { algorithm, size }: { algorithm?: HashAlgorithm | undefined; size?: number | undefined },
  signal: AbortSignal,
): Promise<RemoteHash | undefined> {
  const session = await core.session(signal);
  const ways = waysOf(session.features).filter((way) => algorithm === undefined || way.algorithm === algorithm);
  for (const way of ways) {
    if (session.refusedListings.has(keyOf(way))) continue;
    const reply = await core.renewing(signal, true, (login) => ask(login, core, way, path, size, signal));
    if (reply && reply.code < 300) return { algorithm: way.algorithm, value: readHash(reply, way, path) };
    if (reply && !isUnknown(reply)) throw await explain(core, refused(`${way.command} ${path}`, reply), path, signal);
    session.refusedListings.add(keyOf(way));
  }
  return undefined;
}

/** The same for who needs an answer: that there is none is an error. */
export async function demandHash(
  core: ClientCore,
  path: string,
  algorithm: HashAlgorithm | undefined,
  signal: AbortSignal,
): Promise<RemoteHash> {
  const hash = await remoteHash(core, path, { algorithm }, signal);
  if (hash) return hash;
  const command = algorithm === undefined ? "HASH" : `HASH with ${algorithm}`;
  throw new ClientError("not-supported", { command, said: "it offers no hash of that kind (FEAT)" });
}

const keyOf = ({ command, name }: Way): string => (name === undefined ? command : `${command} ${name}`);

const isUnknown = ({ code }: Reply): boolean => code === 500 || code === 501 || code === 502 || code === 504;

/** The reply to the question; undefined where the algorithm cannot be chosen. */
async function ask(
  session: Session,
  core: ClientCore,
  way: Way,
  path: string,
  size: number | undefined,
  signal: AbortSignal,
): Promise<Reply | undefined> {
  const { conversation } = session;
  // draft-bryan-ftpext-hash §3: it is of what would be sent, so that in ASCII the line ends would count too.
  await session.useType("I", signal);
  session.isUsed = true;
  if (way.name !== undefined && (await conversation.ask("OPTS", `HASH ${way.name}`, { signal })).code >= 400) {
    return undefined;
  }
  const seconds = size === undefined ? SECONDS_UNKNOWN : Math.max(SECONDS, size / SLOWEST);
  return await conversation.ask(way.command, argumentOf(way, path), {
    seconds: Math.max(seconds, core.context.settings.timeouts.reply),
    signal,
  });
}

/** XCRC and its kin take a part of the file behind the path: a name that looks like that, or is quoted, is quoted. */
function argumentOf(way: Way, path: string): string {
  if (!way.command.startsWith("X") || !/ \d+$|^"/.test(path)) return path;
  return `"${path.replaceAll('"', '""')}"`;
}

/**
 * Reads the value: `213 SHA-256 0-8 c3f9… name`, `250 c3f9…`, `251 "name" c3f9…`. The name may look like a value, and is
 * taken out first.
 */
function readHash(reply: Reply, { algorithm, command }: Way, path: string): string {
  const digits = hashDigits[algorithm];
  const text = withoutName(reply.lines.join(" "), path);
  // A CRC32 may come without its zeros.
  const least = algorithm === "crc32" ? 1 : digits;
  const words = text.split(/[^0-9a-z.-]+/i).filter((word) => /^[0-9a-f]+$/i.test(word));
  const found =
    words.filter(({ length }) => length === digits).at(-1) ??
    words.find(({ length }) => length >= least && length <= digits);
  if (found !== undefined) return found.toLowerCase().padStart(digits, "0");
  const because = `${command} is answered by "${said(reply)}"`;
  throw new ClientError("protocol-not-followed", { because }, { reply });
}

function withoutName(text: string, path: string): string {
  const at = text.lastIndexOf(path);
  return path === "" || at === -1 ? text : `${text.slice(0, at)} ${text.slice(at + path.length)}`;
}
