import { parseHostPort, parseIp } from "@twinport/protocol";
import type { SaidReply } from "../evidence.ts";

// What servers say in words only. Where the words are known of a server, its name stands beside them.

/** No port is left: vsftpd ends the session with "500 OOPS: …bind", FileZilla says "Could not create socket". */
const exhausted =
  /OOPS|exhaust|\bno (?:more |free |available |passive |data )*ports?\b|ports?\b.{0,40}\b(?:taken|in use|held|unavailable|busy)|too many (?:passive|data)|(?:not|n't|unable to|cannot) (?:find|open|bind|get|create|allocate).{0,30}\b(?:port|socket)|address already in use/i;

/** It would not do so for anybody: vsftpd "550 Permission denied", Pure-FTPd "Active mode is disabled", ProFTPD "Unable to service PORT commands". */
const off =
  /disabl|not (?:be )?(?:enabled|allowed|permitted|implemented|supported|understood|recognized|recognised|available|known)|permission denied|unable to service|unknown command|unrecogni[sz]ed|unimplemented|passive (?:mode )?only|only passive|must use passive|active only/i;

/** It would, for another address: vsftpd and ProFTPD "Illegal PORT command", Pure-FTPd "I won't open a connection to … (only to …)". */
const foreign =
  /foreign|illegal|mismatch|match|won't open a connection|bounce|\b(?:ip|address(?:es)?)\b|cannot accept argument/i;

/** The data connection is to take up the TLS session of the command connection: vsftpd, ProFTPD, FileZilla. */
const reuse = /re-?us|resum/i;

/** Nobody came to the port that was offered, as servers call it. */
const nobody =
  /nobody|never|tim(?:e|ed)[ -]?out|timeout|no connection|not connected|failed to establish|can(?:'|no)t open/i;

/** Somebody else came. */
const stranger = /bad ip|someone else|somebody else|security|stranger|foreign|does not match/i;

/** What a refused mode command was refused for. */
export type Refusal = "exhausted" | "off" | "foreign" | "unclear";

/** Why the server refuses the command of a mode, as far as its code and words go. */
export function refusalOf(replies: readonly SaidReply[]): Refusal {
  const text = replies.map((reply) => reply.text).join(" / ");
  if (exhausted.test(text)) return "exhausted";
  if (off.test(text) && !/foreign|mismatch|address/i.test(text)) return "off";
  if (foreign.test(text)) return "foreign";
  return replies.some(({ code }) => code === 502 || code === 550) ? "off" : "unclear";
}

export const isOfReuse = (words: readonly string[]): boolean => words.some((text) => reuse.test(text));
export const isOfExhaustion = (words: readonly string[]): boolean => words.some((text) => exhausted.test(text));
export const saysNobodyCame = (words: readonly string[]): boolean => words.some((text) => nobody.test(text));
export const saysStrangerCame = (words: readonly string[]): boolean => words.some((text) => stranger.test(text));
/** It has forgotten, or never had, where the data should go. */
export const asksForMode = (words: readonly string[]): boolean =>
  words.some((text) => /\b(?:use|send|need)\b.{0,12}\b(?:PORT|PASV|EPRT|EPSV)\b/i.test(text));

/** The addresses that stand in a text. */
export function addressesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\d.,])\d{1,3}(?:\.\d{1,3}){3}(?![\d.,]*\d)/g)].flatMap(
    ([word]) => parseIp(word)?.text ?? [],
  );
}

/** The address that a line of PORT, EPRT or 227 tells. */
export function addressTold(line: string): string | undefined {
  const six = /\d+(?:,\d+){5}/.exec(line)?.[0];
  const extended = /\|[12]\|([^|]+)\|/.exec(line)?.[1];
  return six === undefined ? extended && parseIp(extended)?.text : parseHostPort(six)?.address.text;
}
