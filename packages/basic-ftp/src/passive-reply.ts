import { parseExtendedPassive } from "@twinport/protocol";

/**
 * The port of a reply to EPSV. IBM i writes `!` for the bar.
 *
 * @throws {Error} where there is none
 */
export function parseEpsvResponse(message: string): number {
  const strict = parseExtendedPassive(message);
  if (strict !== undefined) return strict;
  const found = /[|!]{3}(.+)[|!]/.exec(message);
  if (!found) throw new Error(`Can't parse response to 'EPSV': ${message}`);
  const port = Number.parseInt(found[1] ?? "", 10);
  if (Number.isNaN(port)) throw new Error(`Can't parse response to 'EPSV', port is not a number: ${message}`);
  return port;
}

/** Six numbers; some servers write their bytes with a sign, or blanks between. */
const sixNumbers = /(?<![-\d])(?:-?\d{1,9}\s?,\s?){5}-?\d{1,9}/;

/**
 * The address of a reply to PASV.
 *
 * @throws {Error} where there is none
 */
export function parsePasvResponse(message: string): { host: string; port: number } {
  const numbers = sixNumbers.exec(message)?.[0].split(",").map(Number);
  if (!numbers) throw new Error(`Can't parse response to 'PASV': ${message}`);
  const [high = 0, low = 0] = numbers.slice(4);
  return { host: numbers.slice(0, 4).join("."), port: (high & 0xff) * 256 + (low & 0xff) };
}
