/** A line of iptables-save as words; what stands in quotes is one, with its backslashes undone. */
export function wordsOf(line: string): string[] {
  const words = line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g);
  return [...words].map(([, quoted, plain]) => quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "");
}

/** One option with its values; `negated` where a `!` stands before it. */
export interface Option {
  readonly name: string;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** Options whose value is free text, whatever it looks like. */
const takesText = new Set(["--comment", "--log-prefix", "--nflog-prefix", "--string", "--hex-string"]);

/** The options of a rule, in their order. */
export function optionsOf(words: readonly string[]): Option[] {
  const options: { name: string; values: string[]; negated: boolean }[] = [];
  let negated = false;
  for (const word of words) {
    const last = options.at(-1);
    if (last && last.values.length === 0 && takesText.has(last.name)) last.values.push(word);
    else if (word === "!") negated = true;
    else if (/^--?[a-z]/i.test(word)) {
      options.push({ name: word, values: [], negated });
      negated = false;
    } else last?.values.push(word);
  }
  return options;
}
