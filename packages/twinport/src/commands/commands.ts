import type { Command } from "commander";
import type { CommandSetting } from "./command-setting.ts";

/** The arguments are for a name that has several commands. */
type Make = (setting: CommandSetting, args: readonly string[]) => Command;

/** All commands, in the order in which the help has them. Each is loaded when it is asked for: the server is not small. */
const loaders: Readonly<Record<string, () => Promise<Make>>> = {
  serve: async () => {
    const { serveCommand } = await import("./serve.ts");
    return ({ messages, language }) => serveCommand(messages, language);
  },
  account: async () => {
    const { accountCommand } = await import("./account/account.ts");
    return ({ messages, terminal }) => accountCommand(messages, terminal);
  },
  cert: async () => (await import("./cert.ts")).certCommand,
  doctor: async () => (await import("./doctor/doctor.ts")).doctorCommand,
  explain: async () => (await import("./doctor/explain.ts")).explainCommand,
  firewall: async () => (await import("./doctor/firewall.ts")).firewallCommand,
  tour: async () => (await import("./doctor/tour.ts")).tourCommand,
  get: async () => (await import("./client/get.ts")).getCommand,
  put: async () => (await import("./client/put.ts")).putCommand,
  ls: async () => (await import("./client/ls.ts")).lsCommand,
  cat: async () => (await import("./client/cat.ts")).catCommand,
  rm: async () => (await import("./client/rm.ts")).rmCommand,
  mv: async () => (await import("./client/mv.ts")).mvCommand,
  mkdir: async () => (await import("./client/mkdir.ts")).mkdirCommand,
  rmdir: async () => (await import("./client/rmdir.ts")).rmdirCommand,
  stat: async () => (await import("./client/stat.ts")).statCommand,
  hash: async () => (await import("./client/hash.ts")).hashCommand,
  chmod: async () => (await import("./client/chmod.ts")).chmodCommand,
  mirror: async () => (await import("./client/mirror.ts")).mirrorCommand,
  fxp: async () => (await import("./client/fxp.ts")).fxpCommand,
  modes: async () => (await import("./client/modes.ts")).modesCommand,
  shell: async () => (await import("./client/shell/shell.ts")).shellCommand,
};

/** The names of all commands. */
export const commandNames: readonly string[] = Object.keys(loaders);

/** The command that the arguments name; all of them, where they name none: then it is about the help. */
export async function commandsFor(args: readonly string[], setting: CommandSetting): Promise<Command[]> {
  const named = args.find((argument) => Object.hasOwn(loaders, argument));
  // The first word may be what --lang says; the name of a command is not among those.
  const isFirst = args.slice(0, named === undefined ? 0 : args.indexOf(named)).every((one) => !isHelp(one));
  const asked = named !== undefined && isFirst ? [named] : commandNames;
  const makes = await Promise.all(asked.flatMap((name) => loaders[name]?.() ?? []));
  return makes.map((make) => make(setting, args));
}

function isHelp(argument: string): boolean {
  return argument === "help" || argument === "-h" || argument === "--help";
}
