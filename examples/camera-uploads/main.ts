// Cameras upload pictures over FTP; nothing is written to a disk. Each upload is a stream that this program consumes,
// and the camera hears "226 complete" only when the program is done with it.
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { uploadSink } from "@twinport/storage";
import type { ListenOptions, PassiveOptions, Server } from "@twinport/server";

/** A picture that has arrived whole. */
export interface Picture {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Starts the server; `onPicture` is called before the camera is told that the upload is complete. */
export function start(
  onPicture: (picture: Picture) => void | Promise<void>,
  listen: ListenOptions = { port: 2121 },
  passive: PassiveOptions = {},
): Promise<Server> {
  // The loop throws if the camera breaks off, so half a picture never gets to `onPicture`. A handler must read its
  // stream to the end, or throw.
  const storage = uploadSink(async ({ path, stream }) => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of stream) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    await onPicture({ path, bytes, sha256: hash.digest("hex") });
  });
  return createServer({
    storage,
    passive,
    accounts: singleAccount({ name: "camera", password: "secret", permissions: new Set(["write"]) }),
    hooks: {
      // Asked before a byte is taken. What is refused is answered with 550 and this sentence.
      transfer: ({ direction, path }) =>
        direction === "receive" && !/\.jpe?g$/i.test(path) ? { refuse: "Only .jpg files are taken here." } : undefined,
    },
  }).listen(listen);
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const server = await start(({ path, bytes, sha256 }) => console.log(`${path}: ${bytes} bytes, sha256 ${sha256}`));
  console.log(`Try: curl --user camera:secret --upload-file picture.jpg ${server.url}`);
}
