import { expect, test } from "vitest";
import { availableFeatures, availableVerbs, has, lookUpVerb, ruleOf, verbs } from "./verbs.ts";
import type { Ability, Verb } from "./verbs.ts";

const names = Object.keys(verbs) as Verb[];
const rows = names.map((name) => [name, ruleOf(name)] as const);
const all = new Set<Ability>([
  "active",
  "passive",
  "utf-8",
  "set-modified",
  "set-mode",
  "set-facts",
  "free-space",
  "hosts",
  "deflate",
  "tls",
]);
const without = (ability: Ability): Set<Ability> => new Set([...all].filter((one) => one !== ability));

/** Words that the verbs of a column are, and no others: a wrong row shows itself here. */
test.each([
  ["send data", (verb: Verb) => ruleOf(verb).channel === "send", "LIST MLSD NLST RETR"],
  ["take data", (verb: Verb) => ruleOf(verb).channel === "receive", "APPE STOR STOU"],
  ["offer a port", (verb: Verb) => ruleOf(verb).opens === "offer", "EPSV PASV"],
  ["are told a port", (verb: Verb) => ruleOf(verb).opens === "dial", "EPRT PORT"],
  ["are acted on during a transfer", (verb: Verb) => ruleOf(verb).duringTransfer === true, "ABOR NOOP STAT"],
  ["are acted on during other work", (verb: Verb) => ruleOf(verb).duringWork === true, "ABOR"],
  ["come before USER", (verb: Verb) => ruleOf(verb).phase === "greeted", "HOST"],
  [
    "find their path themselves",
    (verb: Verb) => ruleOf(verb).argument === "text-and-path",
    "MFF MFMT SITE XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512",
  ],
  ["say who the client is", (verb: Verb) => ruleOf(verb).reveals === true, "ACCT PASS USER"],
  ["need TLS", (verb: Verb) => ruleOf(verb).needs === "tls", "AUTH PBSZ PROT"],
  ["never show their argument", (verb: Verb) => ruleOf(verb).secret === true, "ACCT PASS"],
  ["must follow another", (verb: Verb) => ruleOf(verb).follows !== undefined, "RNTO"],
  [
    "come before a login",
    (verb: Verb) => ruleOf(verb).phase !== "ready",
    "ACCT AUTH CLNT CSID FEAT HELP HOST LANG NOOP OPTS PASS PBSZ PROT QUIT REIN SYST USER",
  ],
])("the verbs that %s", (_what, isOne, expected) => {
  expect(names.filter(isOne).join(" ")).toBe(expected);
});

test("every verb of RFC 959 is built, and what RFC 2389, 2428 and 3659 add", () => {
  const rfc959 =
    "ABOR ACCT ALLO APPE CDUP CWD DELE HELP LIST MKD MODE NLST NOOP PASS PASV PORT PWD QUIT REIN REST RETR RMD RNFR RNTO SITE SMNT STAT STOR STOU STRU SYST TYPE USER";
  const later = "FEAT OPTS EPRT EPSV MDTM MLSD MLST SIZE";
  for (const word of `${rfc959} ${later}`.split(" ")) expect(lookUpVerb(word)).toEqual({ kind: "verb", verb: word });
});

test("the table is in the order of the alphabet", () => {
  expect(names).toEqual([...names].sort());
});

test.each(rows)("%s: the row agrees with itself", (name, rule) => {
  expect(name).toMatch(/^[A-Z]{3,4}(1|5|256|512)?$/);
  expect(rule.rfc).toMatch(/^(959|2389|2428|2640|3659|4217|7151|draft-[a-z-]+|drftpd)( §[\dA-Z]+(\.\d+)*)?$/);
  expect(rule.syntax === "", "syntax names an argument if there is one").toBe(rule.argument === "none");
  if (/^(optional|listing)/.test(rule.argument) && name !== "PASS") expect(rule.syntax).toMatch(/^\[/);
  if (rule.argument === "path" || rule.argument.startsWith("text")) expect(rule.syntax).not.toMatch(/^\[/);
  if (rule.channel) {
    expect(rule.permission, "data has a permission").toBeDefined();
    expect(rule.opens).toBeUndefined();
    expect(rule.duringTransfer).toBeUndefined();
  }
  if (rule.channel || rule.opens || rule.permission) expect(rule.phase).toBe("ready");
  if (rule.permission) expect(rule.argument).toMatch(/path$|^listing$/);
  if (rule.duringWork) expect(rule.duringTransfer, "what ends work ends transfers").toBe(true);
  if (rule.opens) expect(rule.needs).toBe(rule.opens === "offer" ? "passive" : "active");
  if (rule.secret) expect(rule.phase, "a secret is said to log in").not.toBe("ready");
  if (rule.follows) expect(ruleOf(rule.follows).argument).toBe(rule.argument);
  if (rule.featureNeeds) expect(rule.feature).toBeDefined();
  if (rule.feature && !["TVFS", "UTF8"].includes(rule.feature)) expect(rule.feature.split(" ")[0]).toBe(name);
});

test("no two rows print the same line in FEAT", () => {
  const features = rows.flatMap(([, { feature }]) => feature ?? []);
  expect(new Set(features).size).toBe(features.length);
});

test.each([
  ["as it stands", "RETR", { kind: "verb", verb: "RETR" }],
  ["in small letters (RFC 959 §5.3)", "rEtR", { kind: "verb", verb: "RETR" }],
  ["in its older spelling (RFC 1123 §4.1.3.1)", "xcup", { kind: "verb", verb: "CDUP" }],
  ["of the registry and not here", "ccc", { kind: "not-built" }],
  ["of the registry and not here, in capitals", "LPRT", { kind: "not-built" }],
  ["of nobody", "GET", { kind: "unknown" }],
  ["of JavaScript", "constructor", { kind: "unknown" }],
  ["of JavaScript, with underscores", "__proto__", { kind: "unknown" }],
  ["that is empty", "", { kind: "unknown" }],
])("a word %s", (_name, word, found) => {
  expect(lookUpVerb(word)).toEqual(found);
});

test.each(names)("%s is found as itself, in any case", (name) => {
  expect(lookUpVerb(name)).toEqual({ kind: "verb", verb: name });
  expect(lookUpVerb(name.toLowerCase())).toEqual({ kind: "verb", verb: name });
});

test.each([
  ["everything", all, ""],
  ["no active mode", without("active"), "EPRT"],
  ["no passive mode", without("passive"), "EPSV"],
  ["a legacy charset", without("utf-8"), "UTF8"],
  ["a storage that cannot set times", without("set-modified"), "MFMT"],
  ["a storage that cannot tell its space", without("free-space"), "AVBL"],
  ["no hosts", without("hosts"), "HOST"],
  ["no compression", without("deflate"), "MODE Z"],
  ["no TLS", without("tls"), "AUTH TLS,PBSZ,PROT"],
  ["nothing", new Set<Ability>(), "AUTH TLS,AVBL,EPRT,EPSV,HOST,MFF,MFMT,MODE Z,PBSZ,PROT,UTF8"],
])("FEAT with %s", (_name, abilities, missing) => {
  const lines =
    "AUTH TLS,AVBL,CLNT,CSID,EPRT,EPSV,HASH,HOST,LANG EN*,MDTM,MFF,MFMT,MLST,MODE Z,PBSZ,PROT,RANG STREAM,REST STREAM,SIZE,TVFS,UTF8,XCRC,XMD5,XSHA,XSHA1,XSHA256,XSHA512";
  const without = new Set(missing.split(","));
  expect(availableFeatures(abilities)).toEqual(lines.split(",").filter((line) => !without.has(line)));
});

test.each([
  ["everything", all, ""],
  ["no active mode", without("active"), "EPRT PORT"],
  ["no passive mode", without("passive"), "EPSV PASV"],
  ["a legacy charset", without("utf-8"), ""],
  ["no TLS", without("tls"), "AUTH PBSZ PROT"],
  ["nothing", new Set<Ability>(), "AUTH AVBL EPRT EPSV HOST MFF MFMT PASV PBSZ PORT PROT"],
])("HELP with %s", (_name, abilities, missing) => {
  const listed = availableVerbs(abilities);
  const older = ["XCUP", "XCWD", "XMKD", "XPWD", "XRMD"];
  expect(
    [...names, ...older]
      .sort()
      .filter((verb) => !listed.includes(verb))
      .join(" "),
  ).toBe(missing);
  expect(listed).toEqual([...new Set(listed)].sort());
});

test("what needs nothing is always there", () => {
  expect(has(new Set(), undefined)).toBe(true);
  expect(has(new Set(), "active")).toBe(false);
  expect(has(new Set<Ability>(["active"]), "active")).toBe(true);
});
