import { codes, reply } from "@twinport/protocol";
import { askTransferHook } from "../transfer-hook.ts";
import { asciiSource, imageSource } from "../file-source.ts";
import type { Handler } from "./handler.ts";

export const retr: Handler = async (session, { path: asked }) => {
  const { offset, type } = session.state;
  if (offset > 0 && type === "ascii") return reply(codes.notImplementedForArgument, "REST is for TYPE I.");
  const planned = await askTransferHook(session, { verb: "RETR", direction: "send", path: asked, offset });
  if ("refused" in planned) return planned.refused;
  const { path } = planned;
  const file = await session.storage.read(path);
  try {
    if (offset > file.size) return reply(codes.restartNotValid, `The file has only ${file.size} bytes.`);
    const source = type === "ascii" ? asciiSource(file) : imageSource(file, offset, path);
    const size = type === "ascii" ? "" : ` (${file.size - offset} bytes)`;
    return await session.sendFile({ verb: "RETR", path, title: `Here it comes${size}.`, source });
  } finally {
    await file.close();
  }
};
