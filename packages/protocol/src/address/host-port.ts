import { LocalProtocolError } from "../errors.ts";
import { parseIp } from "./ip.ts";
import type { IpAddress } from "./ip.ts";

/** Where a data connection is to go, as PORT, EPRT and 227 name it. */
export interface HostPort {
  readonly address: IpAddress;
  readonly port: number;
}

/**
 * Reads the `h1,h2,h3,h4,p1,p2` of PORT and of a 227 reply (RFC 959 §4.1.2). Undefined if it is anything else:
 * a number above 255, a seventh, a space inside.
 */
export function parseHostPort(text: string): HostPort | undefined {
  const found = /^(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})$/.exec(text.trim());
  if (!found) return undefined;
  const numbers = found.slice(1).map(Number);
  if (numbers.some((number) => number > 255)) return undefined;
  const address = parseIp(numbers.slice(0, 4).join("."));
  return address && { address, port: numbers[4]! * 256 + numbers[5]! };
}

/**
 * Writes `h1,h2,h3,h4,p1,p2`.
 *
 * @throws {LocalProtocolError} `address-not-valid` for an IPv6 address, which PORT and 227 cannot say
 */
export function formatHostPort({ address, port }: HostPort): string {
  if (address.family !== 4) throw new LocalProtocolError("address-not-valid", { address: address.text });
  return [...address.bytes, port >> 8, port & 0xff].join(",");
}
