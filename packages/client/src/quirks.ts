import type { Features } from "./features.ts";

/** What a server shows of itself. */
export interface ServerLook {
  /** The greeting. */
  readonly welcome: string;
  /** The reply to SYST, once that was asked. */
  readonly system: string | undefined;
  readonly features: Pick<Features, "has">;
}

/** What is different with a server. */
export interface Quirks {
  /** The rows of the table that apply. */
  readonly names: readonly string[];
  /** It wants to know what a passive port is for before it opens one (PRET). */
  readonly wantsPret: boolean;
  /** `LIST -a` is taken for the name of something, and nothing or an error is listed. */
  readonly noListOptions: boolean;
  /** What is asked during a transfer is read and answered after it, and not dropped, refused or taken for ABOR. */
  readonly readsInOrder: boolean;
  /** Commands to be sent once it is known. */
  readonly setUp: readonly (readonly [word: string, argument: string])[];
}

/** How a server is recognised, each of what is given enough, and what follows. */
interface Row extends Partial<Omit<Quirks, "names">> {
  readonly name: string;
  readonly welcome?: RegExp;
  readonly system?: RegExp;
  readonly feature?: string;
}

const table: readonly Row[] = [
  // curl's manual of --ftp-pret: drftpd refuses PASV until it knows by PRET which of its machines will have the file.
  // It greets as whatever its operator likes, ProFTPD even (FluentFTP #431): FEAT tells.
  { name: "drftpd", feature: "PRET", wantsPret: true },
  // IBM i (OS/400): paths are names of libraries until NAMEFMT is 1, and LIST is in the format of Unix when LISTFMT is 1
  // ("IBM i: TCP/IP File Transfer Protocol", SITE). curl asks for the first by SYST as well. Its LIST knows no options.
  {
    name: "ibm-i",
    welcome: /\bQTCP at\b/,
    system: /OS\/400|IBM i\b/i,
    noListOptions: true,
    setUp: [
      ["SITE", "NAMEFMT 1"],
      ["SITE", "LISTFMT 1"],
    ],
  },
  // z/OS: what LIST is asked is a pattern of data set names ("z/OS Communications Server: IP User's Guide").
  { name: "z/os", welcome: /\bIBM FTP CS\b/, system: /\bMVS\b|z\/OS/i, noListOptions: true },
  // vsftpd reads no command before the transfer is over (seen with 3.0.5, 1,000 files with EPSV behind each RETR).
  { name: "vsftpd", welcome: /\(vsFTPd /, readsInOrder: true },
  // VMS: DIRECTORY has its options behind slashes, and `-a` would be a file.
  { name: "vms", welcome: /\b(?:MultiNet|OpenVMS|HP TCP\/IP Services)\b/i, system: /\bVMS\b/i, noListOptions: true },
  // NonStop and NetWare: `-a` is a name there too; both are known to their own dialects of LIST by the same word.
  { name: "nonstop", system: /nonstop|tandem|guardian/i, noListOptions: true },
  { name: "netware", system: /netware/i, noListOptions: true },
  // basic-ftp #273: 226 and an empty listing for `LIST -a`, with files there.
  { name: "windows-ce", system: /windows[_ ]ce/i, noListOptions: true },
  // Duet3D/RepRapFirmware #882: takes `-a` for a folder, and does not say that it is not there.
  { name: "reprap", welcome: /\bRepRapFirmware\b/i, noListOptions: true },
  // aldostools/webMAN-MOD #129: 150 and an empty listing for `LIST -a`, while SYST says Unix.
  { name: "webman", welcome: /\b(?:webMAN|multiMAN)\b/i, noListOptions: true },
];

/** What is different with a server that looks like this. */
export function quirksOf(look: ServerLook): Quirks {
  const rows = table.filter((row) => isMeant(row, look));
  return {
    names: rows.map(({ name }) => name),
    wantsPret: rows.some(({ wantsPret }) => wantsPret),
    noListOptions: rows.some(({ noListOptions }) => noListOptions),
    readsInOrder: rows.some(({ readsInOrder }) => readsInOrder),
    setUp: rows.flatMap(({ setUp = [] }) => setUp),
  };
}

function isMeant({ welcome, system, feature }: Row, look: ServerLook): boolean {
  if (welcome?.test(look.welcome)) return true;
  if (look.system !== undefined && system?.test(look.system)) return true;
  return feature !== undefined && look.features.has(feature);
}
