import { expect, test } from "vitest";
import { lookUpVerb, ruleOf, verbs } from "../command/verbs.ts";
import { ROOT, virtualPath } from "../path.ts";
import { admit, advance, newServerSession } from "./server-session.ts";
import type { Ability, Verb } from "../command/verbs.ts";
import type { ServerSession } from "./server-session.ts";

const all = new Set<Ability>([
  "active",
  "passive",
  "utf-8",
  "set-modified",
  "set-mode",
  "set-facts",
  "free-space",
  "hosts",
  "tls",
]);

const greeted = newServerSession;
const named = advance(greeted, { kind: "user-named", name: "ann" });
const ready = advance(named, { kind: "login-accepted" });

function commandOf(line: string): { word: string; argument: string } {
  const space = line.indexOf(" ");
  return space === -1 ? { word: line, argument: "" } : { word: line.slice(0, space), argument: line.slice(space + 1) };
}

/** What the client hears: the code of a refusal, or "ran". */
function heard(session: ServerSession, line: string, abilities: ReadonlySet<Ability> = all): number | "ran" {
  const admission = admit(session, commandOf(line), abilities);
  return admission.kind === "run" ? "ran" : admission.reply.code;
}

/** A conversation with handlers that always succeed. */
function after(
  lines: readonly string[],
  from: ServerSession = greeted,
): { session: ServerSession; heard: (number | "ran")[] } {
  let session = from;
  const replies = lines.map((line) => {
    const admission = admit(session, commandOf(line), all);
    if (admission.kind === "refused") return admission.reply.code;
    const { verb, argument } = admission;
    session = advance(session, { kind: "command-taken", verb });
    if (verb === "USER") session = advance(session, { kind: "user-named", name: argument });
    if (verb === "PASS")
      session = advance(session, { kind: argument === "wrong" ? "login-refused" : "login-accepted" });
    if (verb === "REIN") session = advance(session, { kind: "reinitialised" });
    if (verb === "TYPE") session = advance(session, { kind: "type-set", type: argument === "I" ? "image" : "ascii" });
    if (verb === "REST") session = advance(session, { kind: "offset-set", offset: Number(argument) });
    if (verb === "RNFR") session = advance(session, { kind: "rename-started", from: virtualPath(argument) });
    if (verb === "EPSV" && argument === "ALL") session = advance(session, { kind: "extended-passive-only" });
    return "ran" as const;
  });
  return { session, heard: replies };
}

test.each([
  ["an unknown word", ready, "GET a", 500],
  ["an unknown word before the login", greeted, "GET a", 500],
  ["a verb that is not built", ready, "CCC", 502],
  ["a verb that is not built, before the login", greeted, "ccc", 502],
  ["a missing path", ready, "RETR", 501],
  ["a missing path behind a space", ready, "RETR ", 501],
  ["a name of one space is a name", ready, "RETR  ", "ran"],
  ["a missing text", ready, "TYPE", 501],
  ["a text of spaces only", ready, "TYPE   ", 501],
  ["USER without a name", greeted, "USER", 501],
  ["an argument where none belongs", ready, "NOOP x", 501],
  ["a space where no argument belongs", ready, "NOOP ", "ran"],
  ["an optional path left out", ready, "LIST", "ran"],
  ["an optional path given", ready, "LIST /a", "ran"],
  ["small letters", ready, "noop", "ran"],
  ["an older spelling", ready, "XPWD", "ran"],
  ["an older spelling with an argument too many", ready, "XPWD /", 501],
  ["PASS before USER", greeted, "PASS x", 503],
  ["PASS behind USER", named, "PASS x", "ran"],
  ["an empty password", named, "PASS", "ran"],
  ["PASS when logged in", ready, "PASS x", 503],
  ["USER when logged in", ready, "USER bob", "ran"],
  ["PWD before the login", greeted, "PWD", 530],
  ["PWD between USER and PASS", named, "PWD", 530],
  ["PASV before the login", greeted, "PASV", 530],
  ["FEAT before the login", greeted, "FEAT", "ran"],
  ["QUIT before the login", greeted, "QUIT", "ran"],
  ["RNTO without RNFR", ready, "RNTO b", 503],
])("%s", (_name, session, line, expected) => {
  expect(heard(session, line)).toBe(expected);
});

test.each(Object.keys(verbs) as Verb[])("%s before a login is admitted only if its row says so", (verb) => {
  const { argument, phase } = ruleOf(verb);
  const line = argument === "none" ? verb : `${verb} x`;
  const refusal = phase === "named" ? 503 : 530;
  expect(heard(greeted, line)).toBe(phase === "any" || phase === "greeted" ? "ran" : refusal);
  if (phase === "greeted") for (const later of [named, ready]) expect(heard(later, line)).toBe(503);
});

test.each([
  ["PORT 192,0,2,7,195,80", "active"],
  ["EPRT |1|192.0.2.7|50000|", "active"],
  ["PASV", "passive"],
  ["EPSV", "passive"],
  ["MFMT 20260101000000 a", "set-modified"],
] as const)("%s is 502 where that is not to be had", (line, ability) => {
  const abilities = new Set([...all].filter((one) => one !== ability));
  expect(heard(ready, line, abilities)).toBe(502);
  expect(heard(ready, line)).toBe("ran");
});

test.each([
  ["spaces around a text are dropped", ready, "TYPE  I ", "I"],
  ["spaces around a name are kept", ready, "RETR  a ", " a "],
  ["a space at the end of a name behind a time is kept", ready, "MFMT 20260101000000 a ", "20260101000000 a "],
  ["spaces around a password are kept", named, "PASS  x ", " x "],
])("%s", (_name, session, line, argument) => {
  expect(admit(session, commandOf(line), all)).toMatchObject({ kind: "run", argument });
});

test("a refusal tells the word that was written and how it is used", () => {
  expect(admit(ready, { word: "xmkd", argument: "" }, all)).toEqual({
    kind: "refused",
    reply: { code: 501, lines: ["XMKD needs an argument: XMKD path"] },
  });
});

test.each([
  ["a login", ["USER ann", "PASS x", "PWD"], ["ran", "ran", "ran"]],
  [
    "a wrong password ends the login: PASS alone is not enough",
    ["USER ann", "PASS wrong", "PASS x"],
    ["ran", "ran", 503],
  ],
  ["USER again while logged in logs out", ["USER ann", "PASS x", "USER bob", "PWD"], ["ran", "ran", "ran", 530]],
  ["REIN logs out", ["USER ann", "PASS x", "REIN", "PWD", "PASS x"], ["ran", "ran", "ran", 530, 503]],
])("%s", (_name, lines, expected) => {
  expect(after(lines).heard).toEqual(expected);
});

test.each([
  ["RNFR, RNTO", ["RNFR a", "RNTO b"], "ran"],
  ["RNFR, NOOP, RNTO: some clients keep NATs awake so", ["RNFR a", "NOOP", "RNTO b"], "ran"],
  ["RNFR, STAT, RNTO", ["RNFR a", "STAT", "RNTO b"], "ran"],
  ["RNFR, RNFR, RNTO", ["RNFR a", "RNFR c", "RNTO b"], "ran"],
  ["RNFR, PWD, RNTO", ["RNFR a", "PWD", "RNTO b"], 503],
  ["RNFR, RETR, RNTO", ["RNFR a", "RETR a", "RNTO b"], 503],
  ["one RNFR, two RNTO", ["RNFR a", "RNTO b", "RNTO c"], 503],
  ["RNTO, NOOP, RNTO", ["RNFR a", "RNTO b", "NOOP", "RNTO c"], 503],
  ["another user's RNFR", ["RNFR a", "USER bob", "PASS x", "RNTO b"], 503],
  ["RNFR, REIN", ["RNFR a", "REIN", "USER bob", "PASS x", "RNTO b"], 503],
])("the last command of %s", (_name, lines, expected) => {
  expect(after(lines, ready).heard.at(-1)).toBe(expected);
});

test("while RNTO runs, it is known what it renames", () => {
  const { session } = after(["RNFR a", "RNTO b"], ready);
  expect(session.renameFrom).toBe("/a");
  expect(after(["RNFR a", "RNFR c"], ready).session.renameFrom).toBe("/c");
  expect(after(["RNFR a", "PWD"], ready).session.renameFrom).toBeUndefined();
});

test.each([
  ["PORT is shut", "PORT 192,0,2,7,195,80", 503],
  ["EPRT is shut", "EPRT |1|192.0.2.7|50000|", 503],
  ["PASV is shut", "PASV", 503],
  ["EPSV is open", "EPSV", "ran"],
  ["EPSV with a family is open", "EPSV 2", "ran"],
  ["EPSV ALL again is open", "EPSV ALL", "ran"],
  ["RETR is as ever", "RETR a", "ran"],
])("after EPSV ALL (RFC 2428 §4) %s", (_name, line, expected) => {
  const { session } = after(["EPSV ALL"], ready);
  expect(heard(session, line)).toBe(expected);
  // The NAT that was told so does not know of USER.
  expect(heard(after(["USER bob", "PASS x"], session).session, line)).toBe(expected);
});

test("REIN takes everything back to the greeting", () => {
  const { session } = after(["TYPE I", "REST 5", "EPSV ALL", "RNFR a", "REIN"], ready);
  expect(session).toEqual(newServerSession);
});

test.each([
  ["clear", "AUTH TLS"],
  ["private", "a port that begins with TLS"],
] as const)(
  "what was said in clear is forgotten when TLS is spoken; data is %s then, as with %s",
  (protection, _like) => {
    const said = ["TYPE I", "REST 5", "EPSV ALL", "RNFR a"];
    const secured = advance(after(said, ready).session, { kind: "secured", protection });
    const asNew = { ...newServerSession, isSecured: true, protection, impliedProtection: protection };
    expect(secured).toEqual(asNew);
    const sized = advance(secured, { kind: "buffer-size-set" });
    const other = protection === "clear" ? "private" : "clear";
    const protectedOtherwise = advance(sized, { kind: "protection-set", protection: other });
    expect(protectedOtherwise).toEqual({ ...asNew, hasBufferSize: true, protection: other });
    // A login asks for nothing of that again, and REIN for all but TLS.
    expect(after(["USER ann", "PASS x"], protectedOtherwise).session).toMatchObject({
      hasBufferSize: true,
      protection: other,
    });
    expect(after(["REIN"], protectedOtherwise).session).toEqual(asNew);
  },
);

test("USER leaves transfer parameters as they were (RFC 959 §4.1.1), and nothing of the user", () => {
  const { session } = after(["TYPE I", "REST 5", "RNFR a", "USER bob"], ready);
  expect(session).toEqual({ ...newServerSession, phase: "named", name: "bob", type: "image" });
});

test("a wrong password forgets the name", () => {
  expect(after(["USER ann", "PASS wrong"]).session).toEqual(newServerSession);
});

test("REST outlives the commands that come before a transfer", () => {
  expect(after(["REST 5", "TYPE I", "PASV", "NOOP"], ready).session).toMatchObject({ offset: 5, type: "image" });
});

test("REST and RANG both say where the next transfer begins, and the later one holds", () => {
  const range = { first: 2, last: 4 };
  const ranged = advance(advance(ready, { kind: "offset-set", offset: 5 }), { kind: "range-set", range });
  expect(ranged).toMatchObject({ offset: 0, range });
  expect(advance(ranged, { kind: "offset-set", offset: 5 })).toMatchObject({ offset: 5, range: undefined });
});

test("the mode of transmission outlives USER, and not REIN", () => {
  const deflate = advance(advance(ready, { kind: "mode-set", mode: "deflate" }), {
    kind: "deflate-level-set",
    level: 9,
  });
  expect(after(["USER bob"], deflate).session).toMatchObject({ mode: "deflate", deflateLevel: 9 });
  expect(after(["REIN"], deflate).session).toEqual(newServerSession);
});

test("a name may end with a space, also behind other words", () => {
  for (const line of ["MFMT 20010203040506 a ", "MFF Modify=20010203040506; a ", "SITE CHMOD 644 a ", "XCRC a "]) {
    expect(admit(ready, commandOf(line), all)).toMatchObject({
      kind: "run",
      argument: line.slice(line.indexOf(" ") + 1),
    });
  }
});

test("a conversation begins with TYPE A (RFC 959 §5.1)", () => {
  expect(newServerSession.type).toBe("ascii");
});

test("the conversation before an event is not changed by it", () => {
  const before = Object.freeze({ ...ready, renameFrom: ROOT });
  for (const word of Object.keys(verbs)) {
    const found = lookUpVerb(word);
    if (found.kind === "verb") advance(before, { kind: "command-taken", verb: found.verb });
  }
  expect(before).toEqual({ ...ready, renameFrom: ROOT });
});
