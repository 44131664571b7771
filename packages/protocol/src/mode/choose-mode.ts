import { reachOf } from "../address/ip.ts";
import type { Family, IpAddress } from "../address/ip.ts";
import type { Decision } from "./decision.ts";

/** The four ways to ask for a data connection: the client dials (EPSV, PASV) or the server does (EPRT, PORT). */
export type ModeCommand = "epsv" | "pasv" | "eprt" | "port";

/** What a user asks for: any way that works, the ways in which one side dials, or one way. */
export type ModeWish = "auto" | "passive" | "active" | ModeCommand;

/** All the words of {@link ModeWish}. */
export const modeWishes: readonly ModeWish[] = ["auto", "passive", "active", "epsv", "pasv", "eprt", "port"];

/** What a client knows before it asks for a data connection. */
export interface ModeView {
  readonly wish: ModeWish;
  /** Which side's dial is tried first where both may be (default: ours). */
  readonly prefer?: "passive" | "active" | undefined;
  /** Our end of the command connection, and the other one. */
  readonly local: IpAddress;
  readonly peer: IpAddress;
  /** Somebody else dials for us, and cannot be dialled. */
  readonly isProxied: boolean;
  /** The command connection is encrypted: no box on the way can read or mend a port in it. */
  readonly isProtected: boolean;
  /** What moved bytes the last time, between this network and this server. */
  readonly remembered?: ModeCommand | undefined;
  /** What this server has refused in this session, so that it need not be asked again. */
  readonly refused?: ReadonlySet<ModeCommand> | undefined;
}

/** Why a mode stands where it stands in the order. */
export type ModeReason =
  | "asked-for"
  | "worked-before"
  | "preferred"
  | "clients-are-seldom-reached"
  | "needs-no-address"
  | "boxes-rewrite-port-only"
  | "the-other-command"
  | "local-address-hidden-by-tls"
  | "last-resort";

/** Why a mode is not tried. */
export type ModeExclusion = "not-asked-for" | "family-cannot-say-it" | "proxy-cannot-be-dialled" | "refused-before";

/** The modes in the order in which they are tried, and those that are not. */
export interface ModeOrder {
  readonly tried: readonly Decision<ModeCommand, ModeReason>[];
  readonly left: readonly { readonly mode: ModeCommand; readonly because: ModeExclusion }[];
}

/** Whether the client dials: the article's passive mode. */
export function isPassive(mode: ModeCommand): boolean {
  return mode === "epsv" || mode === "pasv";
}

/** All of them, in the order in which they are tried where nothing else is known. */
export const modeCommands: readonly ModeCommand[] = ["epsv", "pasv", "port", "eprt"];

/**
 * The order in which a client tries the four modes. EPSV is asked for before PASV, since it tells no address that could
 * be wrong; on IPv4 PORT before EPRT, since the boxes that rewrite addresses know PORT only.
 */
export function chooseModes(view: ModeView): ModeOrder {
  const left = modeCommands.flatMap((mode) => {
    const because = exclusionOf(mode, view);
    return because ? [{ mode, because }] : [];
  });
  const possible = modeCommands.filter((mode) => !left.some((one) => one.mode === mode));
  const passive = possible.filter(isPassive);
  const active = possible.filter((mode) => !isPassive(mode));
  const order = view.prefer === "active" ? [...active, ...passive] : [...passive, ...active];
  const { remembered } = view;
  const first = remembered !== undefined && order.includes(remembered) ? [remembered] : [];
  const tried = [...first, ...order.filter((mode) => mode !== first[0])];
  return { tried: tried.map((mode) => ({ value: mode, because: reasonsOf(mode, view) })), left };
}

function exclusionOf(mode: ModeCommand, view: ModeView): ModeExclusion | undefined {
  const { wish, isProxied, peer, refused } = view;
  const isAsked = wish === "auto" || wish === mode || wish === (isPassive(mode) ? "passive" : "active");
  if (!isAsked) return "not-asked-for";
  if (isProxied && !isPassive(mode)) return "proxy-cannot-be-dialled";
  if (!saysFamily(mode, peer.family) && !isProxied) return "family-cannot-say-it";
  // Whoever names one mode wants to see that one fail.
  return wish !== mode && refused?.has(mode) ? "refused-before" : undefined;
}

/** PASV and PORT have four bytes for an address (RFC 959 §4.1.2). */
function saysFamily(mode: ModeCommand, family: Family): boolean {
  return family === 4 || mode === "epsv" || mode === "eprt";
}

function reasonsOf(mode: ModeCommand, view: ModeView): ModeReason[] {
  if (view.wish === mode) return ["asked-for"];
  if (view.remembered === mode) return ["worked-before"];
  const side = isPassive(mode) ? "passive" : "active";
  const because: ModeReason[] = [];
  if (view.wish === side) because.push("asked-for");
  else if (view.prefer === side) because.push("preferred");
  else if (side === "passive") because.push("clients-are-seldom-reached");
  else because.push("last-resort");
  if (mode === "epsv") because.push("needs-no-address");
  else if (mode === "port") because.push("boxes-rewrite-port-only");
  else because.push("the-other-command");
  const isHidden = reachOf(view.local) !== "public" && reachOf(view.peer) === "public";
  if (side === "active" && view.isProtected && isHidden) because.push("local-address-hidden-by-tls");
  return because;
}

/** What became of an attempt to move bytes in one mode. */
export type AttemptFailure =
  /** The server refused EPSV, PASV, EPRT or PORT. */
  | "command-refused"
  /** It said yes, and not where. */
  | "reply-not-usable"
  /** We dialled: refused, no answer, no way there. */
  | "dial-refused"
  | "dial-silent"
  | "dial-unreachable"
  /** The server was to dial: nobody came. */
  | "nobody-came"
  /** The server says that it has no data connection (425). */
  | "server-cannot-connect"
  /** The data connection was broken, or the server says so (426). */
  | "data-broken"
  /** It stands, and no byte has come through it. */
  | "no-bytes"
  /** No reply to the transfer command, and no data connection. */
  | "control-silent"
  | "control-lost"
  /** No port of ours can be opened. */
  | "cannot-listen"
  /** TLS on the data connection did not come about. */
  | "tls-failed";

/** How an attempt ended: `refused` for reasons that have nothing to do with the mode, `stopped` by us. */
export type AttemptOutcome = "moved" | "refused" | "stopped" | AttemptFailure;

/**
 * Whether a mode would knock at the very door that was just found shut: the two active commands differ in how they tell
 * the same address.
 */
export function isSameDoor(mode: ModeCommand, failedMode: ModeCommand, failure: AttemptFailure): boolean {
  if (isPassive(mode) || isPassive(failedMode) || mode === failedMode) return false;
  return failure !== "command-refused" && failure !== "reply-not-usable";
}
