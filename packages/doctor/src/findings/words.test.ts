import { expect, test } from "vitest";
import {
  addressTold,
  addressesIn,
  asksForMode,
  isOfReuse,
  refusalOf,
  saysNobodyCame,
  saysStrangerCame,
} from "./words.ts";

test.each<[string, string, string]>([
  ["vsftpd", "500 Illegal PORT command.", "foreign"],
  ["vsftpd", "500 Illegal EPRT command.", "foreign"],
  ["vsftpd with port_enable=NO", "550 Permission denied.", "off"],
  ["vsftpd with no port left", "500 OOPS: vsf_sysutil_bind", "exhausted"],
  ["ProFTPD", "500 Illegal PORT command", "foreign"],
  ["ProFTPD without root", "500 Unable to service PORT commands", "off"],
  ["ProFTPD with a limit", "501 PORT: Permission denied", "off"],
  ["Pure-FTPd", "500 I won't open a connection to 192.168.1.2 (only to 203.0.113.9)", "foreign"],
  ["Pure-FTPd without active mode", "502 Active mode is disabled", "off"],
  ["pyftpdlib", "501 Rejected data connection to foreign address 192.168.1.2:40001.", "foreign"],
  ["pyftpdlib without PORT", '500 Command "PORT" not understood.', "off"],
  ["IIS", "501 Server cannot accept argument.", "foreign"],
  ["FileZilla", "421 Rejected command, requested IP address does not match control connection IP.", "foreign"],
  ["ftpserverlib", "421 Your request's IP doesn't match yours", "foreign"],
  ["ftpserverlib without active mode", "421 PORT command is disabled", "off"],
  ["Apache FtpServer", "510 PORT IP mismatch error.", "foreign"],
  [
    "ours",
    "501 192.168.1.2 port 40001: data goes only to the address that the command connection comes from.",
    "foreign",
  ],
  [
    "ours with no port left",
    "425 all 10 passive ports (50000-50009) are taken for 192.0.2.2; try again in a moment",
    "exhausted",
  ],
  [
    "ours with a port that is held",
    "425 no passive port (50000) can be opened here: other programs hold them",
    "exhausted",
  ],
  ["one that does not say", "500 No.", "unclear"],
  ["one that knows it not", "502 No.", "off"],
])("why %s says %s: %s", (_server, line, why) => {
  expect(refusalOf([{ code: Number(line.slice(0, 3)), text: line.slice(4) }])).toBe(why);
});

test.each<[string, boolean, boolean, boolean]>([
  ["425 Security: Bad IP connecting.", true, false, false],
  ["425 someone else arrived on the data port", true, false, false],
  ["425 nobody came to port 50001 in 30 s", false, true, false],
  ["425 Unable to build data connection: Connection timed out", false, true, false],
  ["522 SSL connection failed: session reuse required", false, false, true],
  ["425 Unable to build data connection: TLS session of data connection not resumed.", false, false, true],
  ["425 Failed to open data connection.", false, false, false],
])("%s", (line, isStranger, isNobody, isReuse) => {
  expect([saysStrangerCame([line]), saysNobodyCame([line]), isOfReuse([line])]).toEqual([
    isStranger,
    isNobody,
    isReuse,
  ]);
});

test.each([
  ["PORT 192,168,1,2,1,1", "192.168.1.2"],
  ["227 Entering Passive Mode (10,0,0,2,195,80).", "10.0.0.2"],
  ["EPRT |1|192.168.1.2|257|", "192.168.1.2"],
  ["EPRT |2|2001:db8::2|257|", "2001:db8::2"],
  ["229 Entering Extended Passive Mode (|||50001|)", undefined],
  ["PORT 999,1,1,1,1,1", undefined],
])("%s tells %s", (line, address) => {
  expect(addressTold(line)).toBe(address);
});

test("the addresses of a text are those that stand for themselves", () => {
  expect(addressesIn("to 192.168.1.2 (only to 203.0.113.9).")).toEqual(["192.168.1.2", "203.0.113.9"]);
  expect(addressesIn("version 3.0.3, 300.1.1.1, 1.2.3.4.5")).toEqual([]);
});

test("a server that has forgotten the mode asks for it", () => {
  expect(asksForMode(["425 Use PORT or PASV first."])).toBe(true);
  expect(asksForMode(["200 PORT command successful. Consider using PASV."])).toBe(false);
});
