import path from "node:path";
import { visible } from "@twinport/protocol";
import { UsageError } from "../../../usage-error.ts";
import { fetchFile } from "../get.ts";
import { inRemoteFolder, lastNameOf } from "../remote-url.ts";
import { intoOutput } from "../output-stream.ts";
import { sendFile } from "../put.ts";
import { showHash } from "../hash.ts";
import { showListing } from "../ls.ts";
import { showStat } from "../stat.ts";
import type { ClientMessages } from "../../../messages/client-en.ts";
import type { ClientRun } from "../client-run.ts";
import type { ShellPlace } from "./shell-place.ts";
import type { ShellWord } from "./shell-words.ts";

/** What a verb of the shell works with. */
interface ShellCall {
  readonly run: ClientRun;
  readonly place: ShellPlace;
  readonly words: readonly ShellWord[];
  readonly has: (flag: string) => boolean;
}

/** One verb of the shell. */
export interface ShellVerb {
  /** What stands behind it, as the help has it. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly flags?: readonly string[];
  /** What its words are completed with, the last one's for all further ones. */
  readonly completes: readonly ("remote" | "remote-folder" | "local" | "local-folder" | "nothing")[];
  /** It changes what is on the server. */
  readonly changes?: true;
  readonly work: (call: ShellCall) => Promise<void>;
}

export type ShellVerbName = keyof ClientMessages["shell"]["verbs"];

const first = ({ words }: ShellCall): string => words[0]?.text ?? "";

const say = ({ run }: ShellCall, text: string): void => run.report.line(text);

/** All that can be asked in a shell. */
export const shellVerbs: Readonly<Record<ShellVerbName, ShellVerb>> = {
  cd: {
    ...{ usage: "[FOLDER]", least: 0, most: 1, completes: ["remote-folder"] },
    work: async (call) => call.place.goTo(call.words.length === 0 ? await homeOf(call) : first(call)),
  },
  pwd: {
    ...{ usage: "", least: 0, most: 0, completes: [] },
    work: async (call) => say(call, visible(call.place.remote)),
  },
  ls: {
    ...{ usage: "[--names] [-R] [PATH]", least: 0, most: 1, flags: ["--names", "-R"], completes: ["remote"] },
    work: ({ run, place, words, has }) =>
      showListing(run, place.server, place.remotePath(words[0]?.text ?? "."), {
        names: has("--names"),
        recursive: has("-R"),
      }),
  },
  get: {
    ...{ usage: "[--resume] FILE [LOCAL]", least: 1, most: 2, flags: ["--resume"], completes: ["remote", "local"] },
    work: get,
  },
  put: {
    ...{ usage: "[--resume] LOCAL [PATH]", least: 1, most: 2, flags: ["--resume"], completes: ["local", "remote"] },
    changes: true,
    work: put,
  },
  cat: {
    ...{ usage: "FILE…", least: 1, most: Infinity, completes: ["remote"] },
    work: (call) =>
      forEach(call, async (file) => {
        const { run, place } = call;
        const target = intoOutput(run.terminal.output);
        await place.server.download(file, target, { signal: run.signal, preserveTime: false });
      }),
  },
  mkdir: {
    ...{ usage: "[-p] FOLDER…", least: 1, most: Infinity, flags: ["-p"], completes: ["remote-folder"], changes: true },
    work: async ({ run: { signal }, place, words, has }) => {
      for (const { text } of words) {
        await place.server.makeDirectory(place.remotePath(text), { signal, recursive: has("-p") });
      }
    },
  },
  rm: {
    ...{ usage: "[-r] FILE…", least: 1, most: Infinity, flags: ["-r"], completes: ["remote"], changes: true },
    work: (call) =>
      forEach(call, async (file) => {
        const {
          place: { server },
          run: { signal },
          has,
        } = call;
        const isFolder = has("-r") && (await server.stat(file, { signal })).kind === "directory";
        await (isFolder ? server.removeDirectory(file, { signal, recursive: true }) : server.remove(file, { signal }));
      }),
  },
  rmdir: {
    ...{ usage: "FOLDER…", least: 1, most: Infinity, completes: ["remote-folder"], changes: true },
    work: async ({ run: { signal }, place, words }) => {
      for (const { text } of words) await place.server.removeDirectory(place.remotePath(text), { signal });
    },
  },
  mv: {
    ...{ usage: "PATH NEWPATH", least: 2, most: 2, completes: ["remote"], changes: true },
    work: async (call) => {
      const {
        place,
        words,
        run: { signal },
      } = call;
      const from = place.remotePath(first(call));
      const to = words[1]?.text ?? "";
      const whole = place.remotePath(to);
      await place.server.rename(from, to.endsWith("/") ? inRemoteFolder(whole, lastNameOf(from) ?? "") : whole, {
        signal,
      });
    },
  },
  stat: {
    ...{ usage: "PATH", least: 1, most: 1, completes: ["remote"] },
    work: (call) => showStat(call.run, call.place.server, call.place.remotePath(first(call))),
  },
  hash: {
    ...{ usage: "FILE", least: 1, most: 1, completes: ["remote"] },
    work: (call) => showHash(call.run, call.place.server, call.place.remotePath(first(call))),
  },
  chmod: {
    ...{ usage: "BITS PATH", least: 2, most: 2, completes: ["nothing", "remote"], changes: true },
    work: async (call) => {
      const { run, place, words } = call;
      const bits = first(call);
      if (!/^[0-7]{3,4}$/.test(bits)) throw new UsageError(run.say.usage.notBits(bits));
      const target = place.remotePath(words[1]?.text ?? "");
      await place.server.setMode(target, Number.parseInt(bits, 8), { signal: run.signal });
    },
  },
  lcd: {
    ...{ usage: "[FOLDER]", least: 0, most: 1, completes: ["local-folder"] },
    work: (call) => call.place.goToLocal(call.words.length === 0 ? "~" : first(call)),
  },
  lpwd: { ...{ usage: "", least: 0, most: 0, completes: [] }, work: async (call) => say(call, call.place.local) },
  lls: {
    ...{ usage: "[FOLDER]", least: 0, most: 1, completes: ["local-folder"] },
    work: async (call) => {
      const { place, words } = call;
      const entries = await place.listLocal(place.localPath(words[0]?.text ?? "."));
      for (const { name, isFolder } of entries) say(call, isFolder ? `${name}/` : name);
    },
  },
  quote: {
    ...{ usage: "COMMAND…", least: 1, most: Infinity, completes: ["nothing"], changes: true },
    work: async (call) => {
      const {
        run: { signal },
        place,
        words,
      } = call;
      const command = words.map(({ text }) => text).join(" ");
      const reply = await place.server.use((client) => client.send(command, { signal }), { signal });
      for (const line of reply.lines) say(call, visible(`${reply.code} ${line}`));
    },
  },
  help: {
    ...{ usage: "", least: 0, most: 0, completes: [] },
    work: async (call) => {
      const { verbs } = call.run.say.shell;
      const width = Math.max(...Object.entries(shellVerbs).map(([name, { usage }]) => name.length + usage.length + 1));
      for (const [name, { usage }] of Object.entries(shellVerbs)) {
        say(call, `${`${name} ${usage}`.padEnd(width)}  ${verbs[name as ShellVerbName]}`);
      }
    },
  },
  // The loop ends by itself when it has come to this.
  quit: { ...{ usage: "", least: 0, most: 0, completes: [] }, work: async () => {} },
};

/** The folder in which the login began. */
function homeOf({ place, run }: ShellCall): Promise<string> {
  return place.server.workingDirectory({ signal: run.signal });
}

/** Does something with each thing that the words mean. */
async function forEach({ place, words }: ShellCall, work: (path: string) => Promise<void>): Promise<void> {
  for (const word of words) for (const one of await place.remotePaths(word)) await work(one);
}

async function get({ run, place, words: [remote, local], has }: ShellCall): Promise<void> {
  if (!remote) return;
  const paths = await place.remotePaths(remote);
  const target = local === undefined ? place.local : place.localPath(local.text);
  const isFolder =
    local === undefined || paths.length > 1 || /[/\\]$/.test(local.text) || (await isLocalFolder(place, target));
  for (const one of paths) {
    const name = lastNameOf(one);
    if (name === undefined) throw new UsageError(run.say.usage.noPath(one));
    await fetchFile(
      run,
      place.server,
      { path: one, shown: one, file: isFolder ? path.join(target, name) : target },
      { signal: run.signal, resume: has("--resume"), ...run.progressOf(name) },
    );
  }
}

async function put({ run, place, words: [local, remote], has }: ShellCall): Promise<void> {
  if (!local) return;
  const files = await place.localPaths(local);
  const target = place.remotePath(remote?.text ?? ".");
  const isFolder = remote === undefined || files.length > 1 || remote.text.endsWith("/");
  for (const file of files) {
    const to = isFolder ? inRemoteFolder(target, path.basename(file)) : target;
    await sendFile(
      run,
      place.server,
      { local: file, path: to, shown: to },
      { signal: run.signal, resume: has("--resume"), preserveTime: true, ...run.progressOf(path.basename(file)) },
    );
  }
}

async function isLocalFolder(place: ShellPlace, target: string): Promise<boolean> {
  return await place.listLocal(target).then(
    () => true,
    () => false,
  );
}
