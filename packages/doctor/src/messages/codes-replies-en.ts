import { codesRefusalsEn } from "./codes-refusals-en.ts";
import type { ReplyCode } from "@twinport/protocol";
import type { CodeText } from "../explain/codes.ts";

/** What replies mean, in English: of FTP, and those that servers and older RFCs add. */
export const codesRepliesEn = {
  "110": { means: "a restart marker: where a broken transfer could be taken up again" },
  "120": { means: "the service will be ready in so many minutes" },
  "125": { means: "the data connection stands already, the transfer begins" },
  "150": {
    means: "the file is there, the server opens the data connection or waits for it",
    at: {
      active: {
        why: "150, then silence: the server dials the client's port, and something drops it. A minute later it says 425.",
        todo: "Use passive mode, or open the client's ports for the server.",
      },
      transfer: {
        why: "150, the connection stands, and no byte comes: something on the way lets the small packets of the beginning through, and not the large ones.",
        todo: "Look for a smaller MTU on the way (VPN, PPPoE) and for a box that answers in the server's place.",
      },
    },
  },
  "200": { means: "done" },
  "202": { means: "not needed here, and not done; it does no harm" },
  "211": { means: "the status of the server, or the list of what it can (FEAT)" },
  "212": { means: "the status of a folder" },
  "213": { means: "the status of a file: its size (SIZE), its time (MDTM)" },
  "214": { means: "help" },
  "215": { means: "the system of the server (SYST)" },
  "220": { means: "the server is ready: its greeting" },
  "221": { means: "the server closes the command connection, as it was asked to (QUIT)" },
  "225": { means: "there was nothing to abort" },
  "226": {
    means: "the transfer is done: all bytes have moved",
    at: {
      transfer: {
        why: "226, and bytes are missing: the server has handed all of them to its system, and the connection was cut before they came through.",
        todo: "Compare sizes, and fetch again with --resume.",
      },
    },
  },
  "227": {
    means:
      "passive mode: the server tells the IPv4 address and the port that the client is to dial; port = fifth number × 256 + sixth",
    at: {
      mode: {
        why: "The address in it may be of use inside the server's network only (10.…, 172.16.…, 192.168.…), or an old one.",
        todo: "Have the server tell its public address (serve --passive-address); a good client dials the server that it is connected to, or asks by EPSV.",
      },
    },
  },
  "228": { means: "long passive mode (LPSV): address and port in a form that hardly anybody uses" },
  "229": {
    means: "extended passive mode: the server tells the port only; the address is that of the command connection",
  },
  "230": { means: "logged in" },
  "232": { means: "logged in by the client's certificate: no password is needed" },
  "234": { means: "AUTH is accepted: TLS begins now" },
  "235": { means: "the exchange of security data is complete" },
  "250": { means: "done: the file or folder is as was asked" },
  "257": { means: "the folder is made, or this is where you are; its path stands in quotes" },
  "331": { means: "the name is taken note of, now the password; this is also said for names that nobody has" },
  "332": { means: "an account (ACCT) is needed for the login" },
  "334": { means: "security data is awaited" },
  "335": { means: "security data was right, more is awaited" },
  "336": { means: "the password is answered by a challenge (one-time passwords)" },
  "350": { means: "go on: the second half of a command (RNTO) or the transfer (after REST) is awaited" },
  ...codesRefusalsEn,
  "631": { means: "a reply whose integrity is protected (RFC 2228); not used with TLS" },
  "632": { means: "a reply that is encrypted and protected (RFC 2228); not used with TLS" },
  "633": { means: "a reply that is encrypted (RFC 2228); not used with TLS" },
  "1yz": { means: "it has begun: another reply will follow" },
  "2yz": { means: "done, with success" },
  "3yz": { means: "right so far: the next command is awaited" },
  "4yz": { means: "not now: the same may succeed later, with nothing changed" },
  "5yz": { means: "no: the same will fail again, unless something is changed" },
  "6yz": { means: "a reply that is protected (RFC 2228); not used with TLS" },
} satisfies Record<`${ReplyCode}`, CodeText> & Record<string, CodeText>;

/** The sentences of {@link codesRepliesEn}. */
export type CodesRepliesMessages = typeof codesRepliesEn;
