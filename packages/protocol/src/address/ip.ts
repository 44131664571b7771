import { LocalProtocolError } from "../errors.ts";

/** 4 or 6. */
export type Family = 4 | 6;

/**
 * An IP address in the one spelling that all its spellings become: IPv4 without leading zeros, IPv6 by RFC 5952,
 * an IPv4 address mapped into IPv6 (`::ffff:192.0.2.7`) as IPv4. Two addresses are the same if their texts are.
 */
export interface IpAddress {
  readonly family: Family;
  readonly text: string;
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** The interface of a link-local IPv6 address, `eth0` in `fe80::1%eth0`. */
  readonly zone?: string;
}

/** Where an address can be reached from. */
export type Reach = "public" | "private" | "shared" | "link-local" | "loopback" | "unspecified" | "multicast";

/** A range of addresses: those that begin with the same bits. */
export interface Prefix {
  readonly address: IpAddress;
  readonly bits: number;
}

/**
 * Reads an address in any spelling. Leading zeros of an IPv4 part are decimal, as PORT's old clients pad it; what is
 * compared and dialled is the result, never the text, so nobody can mean another address by an octal one.
 * Undefined for anything that is no address.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const bytes = parseIpv4(text);
    return bytes && fromBytes(bytes);
  }
  const [address, zone, ...more] = text.split("%");
  if (address === undefined || more.length > 0 || zone === "") return undefined;
  const bytes = parseIpv6(address);
  return bytes && fromBytes(bytes, zone);
}

/**
 * Reads an address that must be one, such as a socket's own.
 *
 * @throws {LocalProtocolError} `address-not-valid`
 */
export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (!address) throw new LocalProtocolError("address-not-valid", { address: JSON.stringify(text) });
  return address;
}

/** Whether two addresses are the same, with zones compared only where both have one. */
export function sameIp(one: IpAddress, other: IpAddress): boolean {
  if (one.text !== other.text) return false;
  return one.zone === undefined || other.zone === undefined || one.zone === other.zone;
}

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone for just that one. Undefined for anything else,
 * a length beyond the family's included.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const [written, length, ...more] = text.split("/");
  const address = written === undefined ? undefined : parseIp(written);
  if (!address || more.length > 0) return undefined;
  const most = address.family === 4 ? 32 : 128;
  if (length === undefined) return { address, bits: most };
  if (!/^\d{1,3}$/.test(length) || Number(length) > most) return undefined;
  return { address, bits: Number(length) };
}

/** Whether the address lies in the range. */
export function inPrefix({ address: start, bits }: Prefix, address: IpAddress): boolean {
  if (start.family !== address.family) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (start.bytes[i] !== address.bytes[i]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return (start.bytes[whole]! & mask) === (address.bytes[whole]! & mask);
}

/** The range of that many bits that an address lies in; more bits than its family has mean the address alone. */
export function networkOf(address: IpAddress, bits: number): Prefix {
  const kept = Math.min(bits, address.bytes.length * 8);
  const bytes = address.bytes.map((byte, i) => {
    const left = Math.max(0, Math.min(8, kept - i * 8));
    return byte & ((0xff << (8 - left)) & 0xff);
  });
  return { address: fromBytes(bytes), bits: kept };
}

/** `192.0.2.0/24`: what {@link parsePrefix} reads. */
export function formatPrefix({ address, bits }: Prefix): string {
  return `${address.text}/${bits}`;
}

const reaches: readonly (readonly [Prefix, Reach])[] = (
  [
    ["0.0.0.0/8", "unspecified"],
    ["127.0.0.0/8", "loopback"],
    ["10.0.0.0/8", "private"],
    ["172.16.0.0/12", "private"],
    ["192.168.0.0/16", "private"],
    ["100.64.0.0/10", "shared"],
    ["169.254.0.0/16", "link-local"],
    ["224.0.0.0/4", "multicast"],
    ["255.255.255.255/32", "multicast"],
    ["::/128", "unspecified"],
    ["::1/128", "loopback"],
    ["fc00::/7", "private"],
    ["fe80::/10", "link-local"],
    ["ff00::/8", "multicast"],
  ] as const
).map(([prefix, reach]) => [parsePrefix(prefix)!, reach] as const);

/** Where the address can be reached from; `shared` is a carrier's NAT (RFC 6598). Documentation ranges count as public. */
export function reachOf(address: IpAddress): Reach {
  return reaches.find(([prefix]) => inPrefix(prefix, address))?.[1] ?? "public";
}

/** An address and a port as one text, IPv6 in brackets. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function fromBytes(bytes: readonly number[], zone?: string): IpAddress {
  const mapped = bytes.length === 16 && bytes.slice(0, 12).every((byte, i) => byte === (i < 10 ? 0 : 0xff));
  const own = mapped ? bytes.slice(12) : bytes;
  if (own.length === 4) return { family: 4, text: own.join("."), bytes: own };
  const text = formatIpv6(own);
  return zone === undefined ? { family: 6, text, bytes: own } : { family: 6, text, bytes: own, zone };
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => parseGroups(half, i === halves.length - 1));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (!tail) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - tail.length;
  // "::" stands for at least one group.
  return missing < 2 ? undefined : [...head, ...Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (isLast && i === groups.length - 1 && group.includes(".")) {
      const embedded = parseIpv4(group);
      if (!embedded) return undefined;
      bytes.push(...embedded);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function formatIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (longest.length < 2) return hex.join(":");
  return `${hex.slice(0, longest.start).join(":")}::${hex.slice(longest.start + longest.length).join(":")}`;
}
