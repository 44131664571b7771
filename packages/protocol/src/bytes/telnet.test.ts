import { expect, test } from "vitest";
import { decodedHoweverCut, wire } from "../../../../test/testkit/however-cut.ts";
import { AFTER_LITERAL_IAC, NOTHING, TelnetDecoder } from "./telnet.ts";

function without(telnet: TelnetDecoder, chunk: Uint8Array): number[] {
  return [...chunk].flatMap((byte) => {
    const kept = telnet.take(byte);
    if (kept === NOTHING) return [];
    return kept & AFTER_LITERAL_IAC ? [0xff, kept & 0xff] : [kept];
  });
}

test.each([
  ["no Telnet at all", "NOOP\r\n", "NOOP\r\n"],
  ["IP before ABOR (lftp: the urgent DM is gone, its IAC is not)", "\xff\xf4\xffABOR\r\n", "ABOR\r\n"],
  ["IP before ABOR (tnftp, inetutils: the urgent IAC is gone)", "\xff\xf4\xf2ABOR\r\n", "ABOR\r\n"],
  ["the whole Synch inline", "\xff\xf4\xff\xf2ABOR\r\n", "ABOR\r\n"],
  ["IP alone", "\xff\xf4ABOR\r\n", "ABOR\r\n"],
  ["DM alone", "\xff\xf2ABOR\r\n", "ABOR\r\n"],
  ["two IPs", "\xff\xf4\xff\xf4\xff\xf2ABOR\r\n", "ABOR\r\n"],
  ["NOP, GA and the other plain commands", "NO\xff\xf1OP\xff\xf9\xff\xf0\r\n", "NOOP\r\n"],
  ["a doubled 0xFF is one (RFC 854)", "STOR \xff\xff\r\n", "STOR \xff\r\n"],
  ["two doubled 0xFF are two", "STOR \xff\xff\xff\xff\r\n", "STOR \xff\xff\r\n"],
  ["a doubled 0xFF behind an IP", "\xff\xf4\xff\xffx", "\xffx"],
  ["a lone 0xFF before a letter is a letter", "STOR \xe8\xff\xe9.txt\r\n", "STOR \xe8\xff\xe9.txt\r\n"],
  ["a lone 0xFF before the line's end is a letter", "STOR \xe8\xff\r\n", "STOR \xe8\xff\r\n"],
  ["0xF2 and 0xF4 without 0xFF are letters", "STOR \xf2\xf4\r\n", "STOR \xf2\xf4\r\n"],
  ["0xF2 one byte behind what follows an IP is a letter", "\xff\xf4A\xf2", "A\xf2"],
  ["DO, DONT, WILL and WONT with their option", "\xff\xfd\x01\xff\xfe\x03\xff\xfb\x06\xff\xfc\xffNOOP", "NOOP"],
])("what is left of %s", (_name, sent, left) => {
  for (const got of decodedHoweverCut(wire(sent), () => {
    const telnet = new TelnetDecoder();
    return (chunk) => without(telnet, chunk);
  })) {
    expect(got).toEqual([...wire(left)]);
  }
});

test.each([
  ["DO is answered WONT", "\xff\xfd\x06", "\xff\xfc\x06"],
  ["WILL is answered DONT", "\xff\xfb\x18", "\xff\xfe\x18"],
  ["refusals are not answered, or it would never end", "\xff\xfe\x01\xff\xfc\x01", ""],
  [
    "each question has its answer, in their order",
    "\xff\xfd\x01\xff\xfb\x02\xff\xfd\x03",
    "\xff\xfc\x01\xff\xfe\x02\xff\xfc\x03",
  ],
  ["an option of the number of IAC is an option", "\xff\xfd\xff", "\xff\xfc\xff"],
  ["Synch has no answer", "\xff\xf4\xff\xf2", ""],
])("%s", (_name, sent, answered) => {
  for (const got of decodedHoweverCut(wire(sent), () => {
    const telnet = new TelnetDecoder();
    return (chunk) => {
      without(telnet, chunk);
      return telnet.takeAnswers() ?? [];
    };
  })) {
    expect(got).toEqual([...wire(answered)]);
  }
});

test("answers are given once", () => {
  const telnet = new TelnetDecoder();
  without(telnet, wire("\xff\xfd\x06"));
  expect(telnet.takeAnswers()).toEqual(wire("\xff\xfc\x06"));
  expect(telnet.takeAnswers()).toBeUndefined();
});
