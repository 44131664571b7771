import fc from "fast-check";
import { ruleOf, verbs } from "../packages/protocol/src/index.ts";
import { wire } from "../test/testkit/however-cut.ts";
import { bytesOf } from "./pieces.ts";
import type { Verb, VerbRule } from "../packages/protocol/src/index.ts";

/** One thing that a client does. */
export type Step =
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /** Waits until so many more lines have come, but not long. */
  | { readonly kind: "wait"; readonly lines: number }
  /** Opens a data connection to the port that was offered last, if one was. */
  | { readonly kind: "open" }
  /** Listens for the server, and says so by PORT or EPRT. */
  | { readonly kind: "listen"; readonly verb: "PORT" | "EPRT" }
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "end-data" | "reset-data" | "end" | "reset" }
  | { readonly kind: "upload"; readonly upload: Upload };

/** An upload of which it is known how it should end. */
export interface Upload {
  readonly bytes: Uint8Array;
  readonly type: "A" | "I";
  readonly mode: "S" | "Z";
  readonly isActive: boolean;
  /** How it ends: whole, with a reset in the middle, with ABOR, or with nobody there any more. */
  readonly ending: "whole" | "reset" | "ABOR" | "gone";
}

/** What one client does, from where. */
export interface Script {
  readonly from: string;
  readonly isLoggedIn: boolean;
  readonly steps: readonly Step[];
}

const words = Object.keys(verbs) as Verb[];

const path = fc.constantFrom(
  "/",
  ".",
  "..",
  "a.txt",
  "/a.txt",
  "/a.txt/b",
  "new.bin",
  "/in/old.txt",
  "/in/new.txt",
  "in",
  "/in/",
  "/ro/kept.txt",
  "/ro",
  "/hidden",
  "/hidden/.",
  "HIDDEN",
  "../hidden",
  "/hidden/below",
  "/out",
  "/out/outside.txt",
  "/folder/b.txt",
  "/folder",
  "folder/deep/deeper",
  "nowhere/at/all",
  "*",
  "/*/*",
  "h*",
  "[a-z]*",
  "-la",
  " ",
  'q"uote',
  "文.txt",
  "x".repeat(256),
  "a/".repeat(300),
  "\u0085",
);

const number = fc.constantFrom("0", "1", "3", "1000", "-1", "9007199254740992", "99999999999999999999", "1e3", "");

/** Arguments of verbs that take words of their own. */
const worded: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ALLO: number,
  AVBL: path,
  CLNT: fc.constantFrom("fuzz", "x".repeat(500)),
  CSID: fc.constantFrom("Name=fuzz; Version=1;", ""),
  EPRT: fc.constantFrom(
    "|1|127.0.0.1|40000|",
    "|2|::1|40000|",
    "|1|127.0.0.2|40000|",
    "|1|0.0.0.0|40001|",
    "|2|::ffff:127.0.0.1|40000|",
    "|1|127.0.0.1|21|",
    "|3|x|1|",
    "||||",
  ),
  EPSV: fc.constantFrom("", "1", "2", "ALL", "9"),
  HELP: fc.constantFrom("", "SITE", ...words),
  HOST: fc.constantFrom("localhost", "[::1]", "one.example", "no.example", "...", "127.0.0.1"),
  LANG: fc.constantFrom("", "en", "de", "EN-us"),
  MFF: fc
    .tuple(fc.constantFrom("Modify=20200101000000;", "UNIX.mode=600;", "size=1;", ""), path)
    .map((two) => two.join(" ")),
  MFMT: fc
    .tuple(fc.constantFrom("20200101000000", "19700101000000.5", "99", "20201301000000"), path)
    .map((two) => two.join(" ")),
  MODE: fc.constantFrom("S", "Z", "Z", "B", "x"),
  OPTS: fc.constantFrom(
    "UTF8 ON",
    "UTF8 OFF",
    "MLST size;modify;",
    "MLST",
    "HASH SHA-512",
    "HASH",
    "HASH x",
    "MODE Z LEVEL 9",
    "MODE Z LEVEL 0",
    "x",
  ),
  PASS: fc.constantFrom("secret", "secret", "wrong", ""),
  PORT: fc.constantFrom(
    "127,0,0,1,156,64",
    "127,0,0,2,156,64",
    "127,0,0,1,0,21",
    "0,0,0,0,156,65",
    "1,2,3",
    "256,0,0,1,9,9",
  ),
  PRET: fc.tuple(fc.constantFrom("RETR", "STOR", "LIST", "x"), path).map((two) => two.join(" ")),
  RANG: fc.tuple(number, number).map((two) => two.join(" ")),
  REST: number,
  SITE: fc.oneof(
    fc.constantFrom("HELP", "WHO", "IDLE 1", "IDLE 0", "UMASK 077", "UMASK 9", "x", "IDLE 99999"),
    path.map((one) => `CHMOD 600 ${one}`),
    path.map((one) => `UTIME 20200101000000 ${one}`),
  ),
  STRU: fc.constantFrom("F", "R", "x"),
  TYPE: fc.constantFrom("A", "I", "I", "A N", "L 8", "E", "x"),
  USER: fc.constantFrom("ann", "ann", "bob", "nobody", "anonymous", "x".repeat(300)),
};
for (const sum of ["XCRC", "XMD5", "XSHA", "XSHA1", "XSHA256", "XSHA512"]) {
  Object.assign(worded, { [sum]: fc.tuple(path, number, number).map(([one, ...at]) => `"${one}" ${at.join(" ")}`) });
}

function argumentOf(verb: Verb): fc.Arbitrary<string> {
  const { argument }: VerbRule = ruleOf(verb);
  if (argument === "none") return fc.constantFrom("", "", "", "x");
  return worded[verb] ?? path;
}

const command = fc
  .constantFrom(...words, ...words.filter((verb) => ruleOf(verb).channel ?? ruleOf(verb).opens ?? verb === "RNFR"))
  .chain((verb) => argumentOf(verb).map((argument) => `${verb} ${argument}`.trimEnd()));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = fc
  .tuple(command, fc.constantFrom("\r\n", "\r\n", "\r\n", "\r\n", "\n", ""))
  .map((two) => utf8(two.join("")));
/** Several in one piece, so that the later ones come while the first one runs. */
const lines = fc
  .array(line, { minLength: 2, maxLength: 5 })
  .map((all) => Uint8Array.from(all.flatMap((one) => [...one])));
const raw = bytesOf(
  "\r\n",
  "\n",
  "STOR ",
  "LIST",
  " ",
  0,
  0xff,
  "\xff\xf4\xff\xf2",
  "\xff\xfd\x01",
  "\xff\xfb",
  "ABOR\r",
  "USER x\r\n",
);
const abort = fc
  .constantFrom("ABOR\r\n", "\xff\xf4\xff\xf2ABOR\r\n", "\xff\xf4\xff\xff\xf2ABOR\r\n", "STAT\r\n", "QUIT\r\n")
  .map(wire);
const telnetless = fc.oneof(line, lines);

const sizes = fc.oneof(fc.nat(20), fc.constantFrom(0, 1, 65_535, 65_536, 300_000));
const content = fc.tuple(bytesOf("\r", "\n", "\r\n", "text", 0, 0xff), sizes).map(([unit, size]) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size && unit.length > 0; at += unit.length) bytes.set(unit.subarray(0, size - at), at);
  return bytes;
});

const upload: fc.Arbitrary<Upload> = fc.record({
  bytes: content,
  type: fc.constantFrom("A", "I", "I"),
  mode: fc.constantFrom("S", "S", "Z"),
  isActive: fc.boolean(),
  ending: fc.constantFrom("whole", "whole", "whole", "reset", "ABOR", "gone"),
});

const bytes = (one: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Step> => one.map((sent) => ({ kind: "send", bytes: sent }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: bytes(telnetless) },
  { weight: 2, arbitrary: bytes(raw) },
  { weight: 2, arbitrary: bytes(abort) },
  { weight: 3, arbitrary: bytes(fc.constantFrom("EPSV\r\n", "PASV\r\n").map(wire)) },
  { weight: 4, arbitrary: fc.nat(3).map((count): Step => ({ kind: "wait", lines: count })) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "open" }) },
  { weight: 2, arbitrary: fc.constantFrom("PORT", "EPRT").map((verb): Step => ({ kind: "listen", verb })) },
  { weight: 3, arbitrary: content.map((sent): Step => ({ kind: "data", bytes: sent })) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: "end-data" }, { kind: "end-data" }, { kind: "reset-data" }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: "end" }, { kind: "reset" }) },
  { weight: 2, arbitrary: upload.map((one): Step => ({ kind: "upload", upload: one })) },
);

/** A data connection and what goes over it, as clients do it; what comes behind may end it at any moment. */
const transfer: fc.Arbitrary<Step[]> = fc
  .record({
    agreed: fc.oneof(
      fc
        .constantFrom("EPSV\r\n", "PASV\r\n")
        .map((verb): Step[] => [{ kind: "send", bytes: wire(verb) }, { kind: "wait", lines: 1 }, { kind: "open" }]),
      fc.constantFrom("PORT", "EPRT").map((verb): Step[] => [{ kind: "listen", verb }]),
      // Told to dial whoever it is.
      fc
        .constantFrom("PORT", "EPRT")
        .chain((verb) => worded[verb]!.map((where) => `${verb} ${where}\r\n`))
        .map((told): Step[] => [{ kind: "send", bytes: wire(told) }]),
    ),
    before: fc.constantFrom("", "", "", "REST 1\r\n", "RANG 0 3\r\n", "MODE Z\r\n", "TYPE A\r\n"),
    verb: fc.constantFrom(...words.filter((verb) => ruleOf(verb).channel)),
    path,
    started: fc.nat(1),
    sent: fc.array(content, { maxLength: 3 }),
    ending: fc.oneof(
      fc.constantFrom<Step>({ kind: "end-data" }, { kind: "end-data" }, { kind: "reset-data" }, { kind: "reset" }),
      bytes(abort),
    ),
  })
  .map(({ agreed, before, verb, path: where, started, sent, ending }) => [
    ...agreed,
    { kind: "send", bytes: utf8(`${before}${verb} ${where}\r\n`) },
    { kind: "wait", lines: started },
    ...sent.map((one): Step => ({ kind: "data", bytes: one })),
    ending,
    { kind: "wait", lines: started },
  ]);

const login: Step[] = [{ kind: "send", bytes: wire("USER ann\r\nPASS secret\r\nTYPE I\r\nMODE S\r\n") }];

const steps = fc
  .array(
    fc.oneof(
      { weight: 10, arbitrary: step.map((one) => [one]) },
      { weight: 4, arbitrary: transfer },
      { weight: 1, arbitrary: fc.constant(login) },
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.flat());

const script: fc.Arbitrary<Script> = fc.record({
  from: fc.constantFrom("127.0.0.1", "127.0.0.1", "127.0.0.2", "::1"),
  isLoggedIn: fc.constantFrom(true, true, true, false),
  steps,
});

/** What all clients of one run do. */
export const scripts = fc.array(script, { minLength: 1, maxLength: 3 });
