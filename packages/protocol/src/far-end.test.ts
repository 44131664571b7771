import { describe, expect, test } from "vitest";
import { formatFarEndReply, formatFarEndRequest, parseFarEndReply, parseFarEndRequest } from "./far-end.ts";
import type { FarEndReply, FarEndRequest } from "./far-end.ts";

const requests: [string, FarEndRequest][] = [
  ["PEER", { kind: "peer" }],
  ["HEARD", { kind: "heard" }],
  ["PORT 30000", { kind: "arrival", port: 30_000 }],
  ["DIAL 50000", { kind: "dial", port: 50_000 }],
  ["DIAL 50000 FROM PASSIVE", { kind: "dial", port: 50_000, from: "passive" }],
  ["DIAL 50000 FROM 30007", { kind: "dial", port: 50_000, from: 30_007 }],
  ["RESERVE", { kind: "reserve" }],
];

const replies: [string, FarEndReply][] = [
  ["PEER 192.0.2.7 40001", { kind: "peer", peer: { address: "192.0.2.7", port: 40_001 } }],
  ["PEER 2001:db8::7 40001", { kind: "peer", peer: { address: "2001:db8::7", port: 40_001 } }],
  ["HEARD -; TOLD -", { kind: "heard", heard: undefined, told: undefined }],
  [
    "HEARD PORT 10,0,0,2,195,80; TOLD 227 Entering Passive Mode (192,0,2,1,117,48).",
    { kind: "heard", heard: "PORT 10,0,0,2,195,80", told: "227 Entering Passive Mode (192,0,2,1,117,48)." },
  ],
  ["HEARD PORT 1; TOLD 2; TOLD -; TOLD -", { kind: "heard", heard: "PORT 1; TOLD 2; TOLD -", told: undefined }],
  ["PORT 30000 accepted", { kind: "arrival", port: 30_000, arrival: "accepted" }],
  ["PORT 30000 half-open", { kind: "arrival", port: 30_000, arrival: "half-open" }],
  ["PORT 30000 nothing", { kind: "arrival", port: 30_000, arrival: "nothing" }],
  ["PORT 30000 unknown", { kind: "arrival", port: 30_000, arrival: "unknown" }],
  ["PORT 30000 stranger 198.51.100.9", { kind: "arrival", port: 30_000, arrival: "stranger", address: "198.51.100.9" }],
  ["DIAL 50000 connected", { kind: "dial", port: 50_000, outcome: "connected" }],
  ["DIAL 50000 FROM 20 refused", { kind: "dial", port: 50_000, from: 20, outcome: "refused" }],
  ["DIAL 50000 FROM 30007 silent", { kind: "dial", port: 50_000, from: 30_007, outcome: "silent" }],
  ["DIAL 50000 unreachable", { kind: "dial", port: 50_000, outcome: "unreachable" }],
  ["RESERVE 30007", { kind: "reserve", port: 30_007 }],
];

test.each(requests)("SITE DOCTOR %s, both ways", (text, request) => {
  expect(parseFarEndRequest(text)).toEqual(request);
  expect(formatFarEndRequest(request)).toBe(text);
});

test.each(replies)("200 %s, both ways", (text, answer) => {
  expect(parseFarEndReply(text)).toEqual(answer);
  expect(formatFarEndReply(answer)).toBe(text);
});

test("a request may be written in any case, and with spaces more", () => {
  expect(parseFarEndRequest(" dial  50000 from passive ")).toEqual({ kind: "dial", port: 50_000, from: "passive" });
});

describe("nothing else is taken for one", () => {
  test.each([
    ["", "PORT", "PORT 0", "PORT 65536", "PORT 1e3", "PORT 1 2", "PEER 1", "DIAL", "DIAL x", "DIAL 5000 FROM"],
    ["DIAL 5000 FROM ANY", "DIAL 5000 TO 20", "DIAL 5000 FROM 20 30", "DIAL 192.0.2.1 5000", "RESERVE 3", "STOP"],
  ])("requests", (...texts) => {
    for (const text of texts) expect(parseFarEndRequest(text)).toBeUndefined();
  });

  test.each([
    ["", "PEER", "PEER here 1", "PEER 192.0.2.1", "PEER 192.0.2.1 0", "PEER 192.0.2.1 1 2", "HEARD PORT 1", "RESERVE"],
    ["PORT 1", "PORT 1 gone", "PORT 1 nothing more", "PORT 1 stranger", "PORT 1 stranger x", "RESERVE 1 2"],
    ["DIAL 1", "DIAL 1 FROM 2", "DIAL 1 FROM x silent", "DIAL 1 silent 2", "DIAL 1 FROM 2 silent 3", "NOTHING 1"],
  ])("replies", (...texts) => {
    for (const text of texts) expect(parseFarEndReply(text)).toBeUndefined();
  });
});
