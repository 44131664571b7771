// The invariant: a line is a word and an argument or refused, never two commands; what a log shows of it holds no secret and no control character.
import fc from "fast-check";
import { expect } from "vitest";
import {
  admit,
  charset,
  formatCommand,
  lookUpVerb,
  newServerSession,
  parseCommand,
  redactCommand,
  ruleOf,
  utf8,
  verbs,
} from "../packages/protocol/src/index.ts";
import { bytesOf, textOf, wellFormed } from "./pieces.ts";
import { fuzz } from "./target.ts";
import type { Ability, Verb } from "../packages/protocol/src/index.ts";

// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const words = Object.keys(verbs) as Verb[];
const inherited = Object.getOwnPropertyNames(Object.prototype);
const secretVerbs = words.filter((verb) => ruleOf(verb).secret);
const charsets = [utf8, charset("gbk"), charset("shift_jis"), charset("windows-1251")];
const abilities: Ability[] = [
  "active",
  "passive",
  "utf-8",
  "set-modified",
  "set-mode",
  "set-facts",
  "free-space",
  "hosts",
];

const line = bytesOf(
  ...words.slice(0, 30),
  ...inherited,
  " ",
  "  ",
  "\r",
  "\n",
  0,
  0x85,
  0xe4,
  0xb8,
  0xad,
  0xff,
  "PASS ",
);
const anyCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => Array.from(text, (letter, i) => (upper[i] ? letter.toUpperCase() : letter.toLowerCase())).join(""));
const verb = fc.constantFrom(...words).chain(anyCase);
const argument = textOf(" ", "  ", "\r", "\n", "\0", "\u0085", "\u001b[31m", "PASS", "文");
const phase = fc.constantFrom("greeted", "named", "ready" as const);

fuzz({
  "any line": fc.property(
    line,
    fc.constantFrom(...charsets),
    phase,
    fc.subarray(abilities),
    (bytes, names, now, able) => {
      const parsed = parseCommand(bytes, names.decode);
      if (parsed.kind === "refused") return;
      const { command } = parsed;
      expect(command.word).toMatch(/^[!-~]{1,32}$/);
      expect(command.argument).not.toMatch(/[\r\n\0]/);
      expect(redactCommand(command)).not.toMatch(CONTROL);
      const found = lookUpVerb(command.word);
      if (found.kind === "verb") expect(words).toContain(found.verb);
      const session = { ...newServerSession, phase: now };
      const admission = admit(session, command, new Set(able));
      if (admission.kind === "run") expect(found).toEqual({ kind: "verb", verb: admission.verb });
      else expect(admission.reply.code).toBeGreaterThanOrEqual(500);
    },
  ),
  "a command that we write": fc.property(verb, argument, (word, written) => {
    const said = wellFormed(written);
    let wire: string;
    try {
      wire = formatCommand(word, said);
    } catch {
      expect(said).toMatch(/[\r\n\0]/);
      return;
    }
    expect(wire.endsWith("\r\n")).toBe(true);
    const parsed = parseCommand(utf8.encode(wire.slice(0, -2)), utf8.decode);
    expect(parsed).toEqual({ kind: "command", command: { word, argument: said } });
    expect(lookUpVerb(word)).toEqual({ kind: "verb", verb: word.toUpperCase() });
  }),
  "a secret": fc.property(fc.constantFrom(...secretVerbs).chain(anyCase), argument, argument, (word, before, after) => {
    const command = { word, argument: `${before}hunter2${after}` };
    expect(redactCommand(command)).toBe(`${word} ****`);
  }),
});
