import { looksLikeFtpUrl } from "@twinport/client";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { inRemoteFolder, lastNameOf, remoteUrl, urlWithPath } from "./remote-url.ts";
import { runClient } from "./client-run.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { RemoteUrl } from "./remote-url.ts";

/** `twinport mv URL NEWPATH`. */
export function mvCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("mv")
    .description(commands.mv)
    .argument("<url>", words.urls)
    .argument("<newpath>", words.newPath);
  return withConnectionOptions(command, messages).action((written: string, to: string, flags: ConnectionFlags) =>
    runClient(setting, flags, async (run) => {
      const url = urlWithPath(written, run.say);
      const newPath = newPathOf(url, to, run.say);
      const server = await run.server(url);
      await server.rename(url.path, newPath, { signal: run.signal });
      run.done({ command: "mv", url: url.shown, path: url.path, to: newPath });
    }),
  );
}

/** A path; one that ends with a slash is a folder, in which the name stays. A URL of the same server will do too. */
function newPathOf(from: RemoteUrl, written: string, say: ClientMessages): string {
  const isUrl = looksLikeFtpUrl(written);
  const url = isUrl ? remoteUrl(written, say) : undefined;
  if (url && (url.host !== from.host || url.port !== from.port)) throw new UsageError(say.usage.otherServer(url.shown));
  const path = url ? url.path : written;
  const isFolder = url ? url.isFolder : written.endsWith("/");
  if (path === "" && !isFolder) throw new UsageError(say.usage.noPath(written));
  return isFolder ? inRemoteFolder(path, lastNameOf(from.path) ?? "") : path;
}
