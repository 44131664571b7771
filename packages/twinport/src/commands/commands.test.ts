import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { commandNames, commandsFor } from "./commands.ts";
import { messagesIn } from "../messages/index.ts";

const terminal = {
  ...{ input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() },
  ...{ environment: {}, now: Date.now },
};

async function loaded(...args: string[]): Promise<string[]> {
  const commands = await commandsFor(args, { terminal, messages: messagesIn("en"), language: "en" });
  return commands.map((command) => command.name());
}

test.each([
  [["get", "ftp://h/a"], ["get"]],
  [["--lang", "zh-CN", "ls", "ftp://h/"], ["ls"]],
  [["put", "get", "ftp://h/"], ["put"]],
  [["get", "--help"], ["get"]],
])("%j loads %j alone", async (args, expected) => expect(await loaded(...args)).toEqual(expected));

test.each([[[]], [["--help"]], [["help"]], [["help", "get"]], [["nonsense"]]])(
  "%j is about all commands",
  async (args: string[]) => expect(await loaded(...args)).toEqual(commandNames),
);
