import path from "node:path";
import { visible } from "@twinport/protocol";
import { quoteWord, shellWords, wordAtEnd } from "./shell-words.ts";
import { shellVerbs } from "./shell-verbs.ts";
import type { ShellPlace } from "./shell-place.ts";
import type { ShellVerbName } from "./shell-verbs.ts";

/** What a line may go on with: whole words, and the beginning of a word that they replace. */
export type Completion = [string[], string];

/** What of a shell's place names are looked for in. */
export type NamesToComplete = Pick<ShellPlace, "local" | "list" | "listLocal" | "localPath" | "remotePath">;

/** Completes a line: verbs first, then names of whatever the verb works on. */
export async function completeLine(line: string, place: NamesToComplete): Promise<Completion> {
  const { raw, text } = wordAtEnd(line);
  const before = shellWords(line.slice(0, line.length - raw.length)).filter((word) => !word.raw.startsWith("-"));
  const [verb] = before;
  if (!verb)
    return [
      Object.keys(shellVerbs)
        .filter((name) => name.startsWith(text))
        .map((name) => `${name} `),
      raw,
    ];
  if (!Object.hasOwn(shellVerbs, verb.text)) return [[], raw];
  const { completes } = shellVerbs[verb.text as ShellVerbName];
  const what = completes[Math.min(before.length, completes.length) - 1];
  if (what === undefined || what === "nothing") return [[], raw];
  const slash = text.lastIndexOf("/") + 1;
  const [folder, beginning] = [text.slice(0, slash), text.slice(slash)];
  const entries = what.startsWith("remote") ? await remoteNames(place, folder) : await localNames(place, folder);
  const found = entries
    .filter(({ name, isFolder }) => name.startsWith(beginning) && (isFolder || !what.endsWith("folder")))
    // What would steer the terminal, or be another name when it is read back, is left for its user to write.
    .filter(({ name }) => visible(name) === name && (beginning !== "" || !name.startsWith(".")))
    .map(({ name, isFolder }) => `${quoteWord(folder)}${quoteWord(name)}${isFolder ? "/" : " "}`);
  return [found, raw];
}

async function remoteNames(place: NamesToComplete, folder: string) {
  const entries = await place.list(place.remotePath(folder === "" ? "." : folder));
  return entries.map(({ name, kind }) => ({ name, isFolder: kind === "directory" }));
}

async function localNames(place: NamesToComplete, folder: string) {
  return await place.listLocal(folder === "" ? place.local : path.join(place.localPath(folder)));
}
