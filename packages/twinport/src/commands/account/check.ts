import { readAccountsFile } from "@twinport/accounts";
import { parseIp, resolvePath } from "@twinport/protocol";
import { Command } from "commander";
import { NegativeAnswer } from "../../negative-answer.ts";
import { UsageError } from "../../usage-error.ts";
import { accountsPath } from "./accounts-path.ts";
import { askedVerb, decide } from "./decide.ts";
import { wordOf, wordsOf } from "./permission-words.ts";
import type { VirtualPath } from "@twinport/protocol";
import type { Answer, AskedVerb, Decision } from "./decide.ts";
import type { Messages } from "../../messages/index.ts";
import type { Terminal } from "../../terminal.ts";

/** `twinport account check NAME VERB PATH [FROM]`: yes or no, and what decided. */
export function checkCommand(messages: Messages, terminal: Terminal): Command {
  const say = messages.account;
  return new Command("check")
    .description(say.check)
    .argument("<name>", say.name)
    .argument("<verb>", say.verb)
    .argument("<path>", say.path)
    .argument("[from]", say.from)
    .option("--file <file>", say.file)
    .option("--json", say.json)
    .action(
      async (
        name: string,
        word: string,
        written: string,
        from: string | undefined,
        flags: { readonly file?: string; readonly json?: true },
      ) => {
        const asked = verbOf(word, messages);
        const verb = [asked.verb, asked.site].filter(Boolean).join(" ");
        if (from !== undefined && !parseIp(from)) throw new UsageError(say.notAnAddress(from));
        const pathFrom = (home: VirtualPath): VirtualPath => {
          const resolved = resolvePath(home, written);
          if (resolved.kind === "refused") throw new UsageError(say.notAPath(written));
          return resolved.path;
        };
        const file = await readAccountsFile(accountsPath(flags, terminal));
        const question = { name, verb: asked, pathFrom, now: terminal.now(), ...(from !== undefined && { from }) };
        const answer = decide(file, question);
        const lines = flags.json
          ? [JSON.stringify(jsonOf(answer, name, verb, from), undefined, 2)]
          : linesOf(answer, { name, verb, from }, messages);
        terminal.output.write(lines.map((line) => `${line}\n`).join(""));
        if (!isYes(answer)) throw new NegativeAnswer();
      },
    );
}

function verbOf(word: string, { account }: Messages): AskedVerb {
  const verb = askedVerb(word);
  if (!verb) throw new UsageError(account.notAVerb(word));
  return verb;
}

/** The first case is the verb's own. */
function isYes(answer: Answer): boolean {
  return answer.kind === "path" && answer.decisions[0]!.allowed;
}

interface Asked {
  readonly name: string;
  readonly verb: string;
  readonly from: string | undefined;
}

function linesOf(answer: Answer, { name, verb, from }: Asked, { account: say }: Messages): string[] {
  if (answer.kind === "account") {
    const { because } = answer;
    return [
      say.no(because === "address-not-allowed" ? say.addressNotAllowed(from ?? "", name) : say.never[because](name)),
    ];
  }
  const { path, decisions, account, takesSpace } = answer;
  const lines = decisions.map((decision) => {
    const what = { name, verb, path, when: decision.when ? say.cases[decision.when] : "" };
    const because = becauseOf(decision, say);
    return decision.allowed ? say.yes(say.may(what, because)) : say.no(say.mayNot(what, because));
  });
  const isLimited = from === undefined && (account.allowFrom !== undefined || account.denyFrom.length > 0);
  const isCounted = account.quota !== undefined && takesSpace && decisions.some(({ allowed }) => allowed);
  return [
    ...lines,
    ...(isLimited ? [say.addressNotAsked(name)] : []),
    ...(isCounted ? [say.quotaNotAsked(name)] : []),
    ...(account.tls === "required" ? [say.tlsNotAsked(name)] : []),
    ...(account.certificates && !account.password ? [say.certificateNotAsked(name)] : []),
  ];
}

function becauseOf(decision: Decision, { because: say, missing }: Messages["account"]): string {
  const has = wordsOf(decision.has).join(" ");
  const why = say[decision.because](decision.rule ?? "", has);
  return decision.missing ? missing(wordOf(decision.missing), why) : why;
}

function jsonOf(answer: Answer, name: string, verb: string, from: string | undefined): object {
  const asked = { allowed: isYes(answer), account: name, verb, ...(from !== undefined && { from }) };
  if (answer.kind === "account") return { ...asked, because: answer.because };
  const decisions = answer.decisions.map(({ has, missing, ...decision }) => ({
    ...decision,
    has: wordsOf(has),
    ...(missing && { missing: wordOf(missing) }),
  }));
  return { ...asked, path: answer.path, decisions };
}
