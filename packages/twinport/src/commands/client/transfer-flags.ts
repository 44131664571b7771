import { Option } from "commander";
import { UsageError } from "../../usage-error.ts";
import { parseCount } from "./quantity.ts";
import type { Command } from "commander";
import type { SegmentedResult, TransferResult, Verify } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { Messages } from "../../messages/index.ts";

/** What commander makes of the options of `get` and `put`. */
export interface TransferFlags extends ConnectionFlags {
  readonly resume?: true;
  readonly verify?: Verify;
  readonly ascii?: true;
  /** False for `--no-times`. */
  readonly times: boolean;
  readonly parallel?: string;
}

/** Gives a command the options of transfers. */
export function withTransferOptions(command: Command, messages: Messages): Command {
  const say = messages.client.options;
  return command
    .option("--resume", say.resume)
    .addOption(verifyOption(messages))
    .option("--ascii", say.ascii)
    .option("--no-times", say.noTimes)
    .option("--parallel <n>", say.parallel);
}

/** `--verify`, by what the two ends are compared. */
export function verifyOption(messages: Messages): Option {
  return new Option("--verify <how>", messages.client.options.verify).choices([...verifies]);
}

const verifies: readonly Verify[] = ["size", "hash", "nothing"];

/** `--verify` without a word means the hash. Commander would take whatever follows for its word. */
export function withVerifyWord(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((argument, i) => {
    const isBare = argument === "--verify" && (end === -1 || i < end) && !verifies.some((word) => word === args[i + 1]);
    return isBare ? "--verify=hash" : argument;
  });
}

/**
 * How many connections may be used.
 *
 * @throws {UsageError}
 */
export function parallelOf(written: string | undefined, say: ClientMessages, unlessSaid: number): number {
  if (written === undefined) return unlessSaid;
  const count = parseCount(written, 1);
  if (count === undefined) throw new UsageError(say.usage.notParallel(written));
  return count;
}

/** What a program is told of a transfer. */
export function resultFacts(result: TransferResult | SegmentedResult) {
  const { moved, verified, modified, ...facts } = result;
  return {
    bytes: moved,
    ...facts,
    verified: verified ?? null,
    modified: modified === undefined ? null : new Date(modified).toISOString(),
  };
}
