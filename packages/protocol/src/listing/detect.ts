import { readConnectEnterpriseEntry } from "./connect-enterprise.ts";
import type { ListingDialect, ReadLine } from "./dialect.ts";
import { readDosEntry } from "./dos.ts";
import { readEplfEntry } from "./eplf.ts";
import { readFactsEntry, readFactsInList } from "./facts-entry.ts";
import { readIbmIEntry } from "./ibm-i.ts";
import { readJesEntry } from "./jes.ts";
import { readMvsEntry } from "./mvs.ts";
import { readNetwareEntry } from "./netware.ts";
import { readNonstopEntry } from "./nonstop.ts";
import { readOs2Entry } from "./os2.ts";
import { readOs9Entry } from "./os9.ts";
import { readUnixEntry } from "./unix-entry.ts";
import { readVmEntry } from "./vm.ts";
import { readVmsEntry } from "./vms.ts";
import { readVshellEntry } from "./vshell.ts";
import { readVxworksEntry } from "./vxworks.ts";
import { readWfftpEntry } from "./wfftp.ts";

/** A dialect and who reads it. */
export type Reading = readonly [dialect: ListingDialect, read: ReadLine];

/** From the frequent to the rare. No line of one is a line of another, but for lines that are made to be. */
export const listReadings: readonly Reading[] = [
  ["unix", readUnixEntry],
  ["dos", readDosEntry],
  ["facts", readFactsInList],
  ["eplf", readEplfEntry],
  ["netware", readNetwareEntry],
  ["vms", readVmsEntry],
  ["ibm-i", readIbmIEntry],
  ["mvs", readMvsEntry],
  ["jes", readJesEntry],
  ["vm", readVmEntry],
  ["nonstop", readNonstopEntry],
  ["os2", readOs2Entry],
  ["os9", readOs9Entry],
  ["vxworks", readVxworksEntry],
  ["connect-enterprise", readConnectEnterpriseEntry],
  ["wfftp", readWfftpEntry],
  ["vshell", readVshellEntry],
];

/** What MLSD is answered with; servers that take it for LIST are read too. */
export const factsReadings: readonly Reading[] = [["facts", readFactsEntry], ...listReadings];

/** Words of the reply to SYST. */
const systems: readonly (readonly [pattern: RegExp, dialect: ListingDialect])[] = [
  [/windows/i, "dos"],
  [/vms/i, "vms"],
  [/os\/400|ibm i\b/i, "ibm-i"],
  [/mvs|z\/os/i, "mvs"],
  [/\bvm\b/i, "vm"],
  [/netware/i, "netware"],
  [/nonstop|tandem|guardian/i, "nonstop"],
  [/os\/2/i, "os2"],
  [/os-?9\b/i, "os9"],
  [/vxworks/i, "vxworks"],
  [/unix/i, "unix"],
];

/** What a server that says so of itself (SYST) is likely to write. */
export function dialectOf(system: string): ListingDialect | undefined {
  return systems.find(([pattern]) => pattern.test(system))?.[1];
}
