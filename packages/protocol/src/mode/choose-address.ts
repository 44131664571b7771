import { inPrefix, reachOf, sameIp } from "../address/ip.ts";
import type { IpAddress, Prefix } from "../address/ip.ts";
import type { HostPort } from "../address/host-port.ts";
import type { Decision } from "./decision.ts";

/** What the server knows when a client has said where to dial (PORT, EPRT). */
export interface ActiveView {
  readonly asked: HostPort;
  /** The other end of the command connection. */
  readonly controlPeer: IpAddress;
  /** The client leaves by several addresses of this network, and each is its own. */
  readonly clientNetwork?: Prefix | undefined;
  /** The account may send data to other hosts (FXP). */
  readonly mayDialOthers: boolean;
  /** A private address from a public peer is taken for the peer itself. */
  readonly mayCorrectPrivate: boolean;
  /** Whether one of our own sockets listens there. */
  readonly isOwnListener: (where: HostPort) => boolean;
}

/** Why an address that a client named is dialled, or another one instead. */
export type DialReason =
  | "asked-is-control-peer"
  | "asked-in-client-network"
  | "unspecified-means-control-peer"
  | "private-address-from-public-peer"
  | "control-peer-preferred"
  | "others-permitted";

/** Why the server does not dial where it was told to. */
export type DialRefusal =
  | "port-not-valid"
  | "port-privileged"
  | "own-listener"
  | "address-foreign"
  | "address-not-dialable"
  | "family-differs";

/** Where the server dials, or why it does not. */
export type DialChoice =
  | { readonly kind: "dial"; readonly where: Decision<HostPort, DialReason> }
  | { readonly kind: "refused"; readonly because: DialRefusal };

/**
 * Where the server dials for PORT and EPRT: the control peer, and nobody else unless the account may (RFC 2577 §3:
 * the bounce attack). All spellings of an address are one here, so none of them gets past.
 */
export function chooseDialAddress(view: ActiveView): DialChoice {
  const { asked } = view;
  if (asked.port === 0) return { kind: "refused", because: "port-not-valid" };
  if (asked.port < 1024) return { kind: "refused", because: "port-privileged" };
  const where = addressToDial(view);
  if (typeof where === "string") return { kind: "refused", because: where };
  if (view.isOwnListener(where.value)) return { kind: "refused", because: "own-listener" };
  return { kind: "dial", where };
}

function addressToDial(view: ActiveView): Decision<HostPort, DialReason> | DialRefusal {
  const { asked, controlPeer } = view;
  const peer: HostPort = { address: controlPeer, port: asked.port };
  if (sameIp(asked.address, controlPeer)) return { value: peer, because: ["asked-is-control-peer"] };
  const reach = reachOf(asked.address);
  // 0.0.0.0 dialled as such would be our own host.
  if (reach === "unspecified") return { value: peer, because: ["unspecified-means-control-peer"] };
  if (reach === "multicast") return "address-not-dialable";
  const hidden = reach === "private" || reach === "shared" || reach === "link-local" || reach === "loopback";
  if (hidden && view.mayCorrectPrivate && reachOf(controlPeer) === "public") {
    return { value: peer, because: ["private-address-from-public-peer", "control-peer-preferred"] };
  }
  // What listens on our own host for nobody but itself, and where clouds tell a machine its own secrets
  // (169.254.169.254): only for whoever stands there too, however wide the client's network is.
  const isOurs = (reach === "loopback" || reach === "link-local") && reachOf(controlPeer) !== reach;
  if (!isOurs && view.clientNetwork && inPrefix(view.clientNetwork, asked.address)) {
    return { value: asked, because: ["asked-in-client-network"] };
  }
  if (!view.mayDialOthers) return asked.address.family === controlPeer.family ? "address-foreign" : "family-differs";
  if (isOurs) return "address-not-dialable";
  return { value: asked, because: ["others-permitted"] };
}

/** Why the server tells a client this address in 227. */
export type AdvertisedReason = "told-by-rule" | "name-resolved" | "name-not-resolved" | "control-local-address";

/** Why an address told in 227 cannot work for a peer; undefined where nothing speaks against it. */
export function cannotReach(
  advertised: IpAddress,
  peer: IpAddress,
): "unspecified" | "loopback" | "private" | undefined {
  const told = reachOf(advertised);
  if (told === "unspecified") return "unspecified";
  const from = reachOf(peer);
  if (told === "loopback") return from === "loopback" ? undefined : "loopback";
  const hidden = told === "private" || told === "shared" || told === "link-local";
  return hidden && from === "public" ? "private" : undefined;
}

/** What a client knows when a server has told where to dial (227). */
export interface PassiveView {
  readonly replied: IpAddress;
  /** The other end of the command connection. */
  readonly controlPeer: IpAddress;
  /** Another address may be dialled: the server's data comes from another host. */
  readonly trustReply: boolean;
}

/** Why a client dials the address of a 227 reply, or the control peer instead. */
export type PassiveReason =
  | "reply-matches-control-peer"
  | "reply-unspecified"
  | "reply-unreachable"
  | "reply-differs"
  | "control-peer-preferred"
  | "told-to-trust-reply";

/**
 * Where a client dials for PASV. Servers behind NAT announce what they see of themselves, and a hostile one may name a
 * third host: the control peer is right in both cases (RFC 2577 §3 seen from the client).
 */
export function choosePassiveAddress(view: PassiveView): Decision<IpAddress, PassiveReason> {
  const { replied, controlPeer } = view;
  if (sameIp(replied, controlPeer)) return { value: controlPeer, because: ["reply-matches-control-peer"] };
  const hidden = cannotReach(replied, controlPeer);
  if (hidden === "unspecified") return { value: controlPeer, because: ["reply-unspecified", "control-peer-preferred"] };
  if (hidden !== undefined) {
    return { value: controlPeer, because: ["reply-unreachable", "control-peer-preferred"] };
  }
  if (view.trustReply) return { value: replied, because: ["reply-differs", "told-to-trust-reply"] };
  return { value: controlPeer, because: ["reply-differs", "control-peer-preferred"] };
}
