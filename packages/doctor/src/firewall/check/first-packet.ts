import { inPrefix, ip, parsePrefix, reachOf, sameIp } from "@twinport/protocol";
import type { IpAddress } from "@twinport/protocol";
import type { InterfaceView, Packet } from "./packet.ts";
import type { Place, Question } from "./question.ts";

/** A port that a client's system may give; no rule that is about services names it. */
export const CLIENT_PORT = 40_000;

/** The packet that is asked about, before it has met any rule. */
export function firstPacket(question: Question, place: Place): Packet {
  const { family, direction, from, to, fromPort = CLIENT_PORT, port, state = "new" } = question;
  const outside = outsideOf(place);
  const inside: InterfaceView = place.inside === undefined ? "not-loopback" : { name: place.inside };
  const own = ownAddress(family, place);
  const saddr = from === undefined ? (direction === "out" ? own : undefined) : ip(from);
  const daddr = to === undefined ? (direction === "in" ? own : undefined) : ip(to);
  const [near, far] = question.isInward ? [outside, inside] : [inside, outside];
  const ends = {
    in: { iif: outside, oif: "none" },
    out: { iif: "none", oif: outside },
    through: { iif: interfaceTowards(saddr, place, near), oif: interfaceTowards(daddr, place, far) },
  } as const;
  return {
    family,
    ...ends[direction],
    saddr,
    daddr,
    sport: fromPort,
    dport: port,
    state,
    isReply: question.isReply ?? false,
    mark: 0,
    isTranslated: false,
    isFromUs: direction === "out",
    isForUs: direction === "in",
  };
}

/** The interface with the way to everybody. */
export function outsideOf({ interfaces, outside }: Place): InterfaceView {
  return outside === undefined || interfaces.length === 0 ? "not-loopback" : { name: outside };
}

/** The interface in whose network an address lies. */
export function interfaceTowards(
  address: IpAddress | undefined,
  { interfaces }: Place,
  otherwise: InterfaceView,
): InterfaceView {
  if (!address) return otherwise;
  const plain = ip(address.text);
  const found = interfaces.flatMap(({ name, networks }) =>
    networks.flatMap((network) => {
      const prefix = parsePrefix(network);
      return prefix?.address.family === plain.family && inPrefix(prefix, plain) ? [{ name, bits: prefix.bits }] : [];
    }),
  );
  const nearest = found.toSorted((one, other) => other.bits - one.bits)[0];
  return nearest ? { name: nearest.name } : otherwise;
}

export function isOurs(address: IpAddress, { interfaces }: Place): boolean {
  if (reachOf(address) === "loopback") return true;
  const own = interfaces.flatMap(({ networks }) => networks.flatMap((network) => parsePrefix(network)?.address ?? []));
  return own.some((one) => sameIp(one, address));
}

/** The address that others reach us at: of the outer interface, rather a public one. */
function ownAddress(family: 4 | 6, { interfaces, outside }: Place): IpAddress | undefined {
  const own = interfaces
    .filter(({ name }) => outside === undefined || name === outside)
    .flatMap(({ networks }) => networks.flatMap((network) => parsePrefix(network)?.address ?? []))
    .filter((address) => address.family === family && reachOf(address) !== "loopback");
  const rank = (address: IpAddress): number => ["public", "shared", "private"].indexOf(reachOf(address)) & 7;
  return own.toSorted((one, other) => rank(one) - rank(other))[0];
}
