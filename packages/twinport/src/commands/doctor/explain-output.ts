import { writeFile } from "node:fs/promises";
import { pictureSvg } from "@twinport/doctor";
import type { Picture } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { ExplainFlags } from "./explain-flags.ts";

/** Writes the pictures to the file of `--svg`, where that is asked for. */
export async function drawSvg(
  pictures: Picture | readonly Picture[],
  { svg, theme }: Pick<ExplainFlags, "svg" | "theme">,
  { messages }: CommandSetting,
): Promise<void> {
  if (svg === undefined) return;
  try {
    await writeFile(svg, pictureSvg(pictures, { theme }));
  } catch (cause) {
    throw new Error(messages.explain.notWritten(svg, String((cause as NodeJS.ErrnoException).code)), { cause });
  }
}
