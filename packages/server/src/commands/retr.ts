import { codes, rangeWithin, reply } from "@twinport/protocol";
import { askTransferHook } from "../transfer-hook.ts";
import { asciiSource, imageSource } from "../file-source.ts";
import type { Handler } from "./handler.ts";

export const retr: Handler = async (session, { path: asked }) => {
  const { offset, range, type } = session.state;
  if (type === "ascii" && (offset > 0 || range)) {
    return reply(codes.notImplementedForArgument, `${range ? "RANG" : "REST"} is for TYPE I.`);
  }
  const planned = await askTransferHook(session, {
    verb: "RETR",
    direction: "send",
    path: asked,
    offset: range?.first ?? offset,
  });
  if ("refused" in planned) return planned.refused;
  const { path } = planned;
  const file = await session.storage.read(path);
  try {
    if (offset > file.size) return reply(codes.restartNotValid, `The file has only ${file.size} bytes.`);
    // Behind the end of a file there is nothing, and that is what is sent (draft-bryan-ftp-range §4.3).
    const part = range ? (rangeWithin(range, file.size) ?? { from: 0, to: 0 }) : { from: offset, to: file.size };
    const source = type === "ascii" ? asciiSource(file) : imageSource(file, part, path);
    const size = type === "ascii" ? "" : ` (${part.to - part.from} bytes)`;
    return await session.undertaking.send({ verb: "RETR", path, title: `Here it comes${size}.`, source });
  } finally {
    await file.close();
  }
};
