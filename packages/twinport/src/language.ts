import type { Language } from "@twinport/daemon";

/** The language that people are spoken to in: what `--lang` says, else the locale's; English where that is another. */
export function chooseLanguage(args: readonly string[], environment: NodeJS.ProcessEnv): Language {
  const asked = optionOf(args) ?? environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? "";
  return /^zh/i.test(asked) ? "zh-CN" : "en";
}

/** Looked for before the arguments are parsed: the parser's own messages are in that language too. */
function optionOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((argument) => argument === "--lang" || argument.startsWith("--lang="));
  if (at === -1) return undefined;
  return args[at] === "--lang" ? args[at + 1] : args[at]?.slice("--lang=".length);
}
