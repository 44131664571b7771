import { expect, test } from "vitest";
import { virtualPath } from "@twinport/protocol";
import { uploadSink } from "./upload-sink.ts";

const path = virtualPath("/camera.jpg");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("the handler gets the bytes as a stream, and commit waits for it", async () => {
  const seen: string[] = [];
  let done = false;
  const storage = uploadSink(async (upload) => {
    for await (const chunk of upload.stream) seen.push(new TextDecoder().decode(chunk));
    await Promise.resolve();
    done = true;
  });
  const file = await storage.write(path, { at: 0 });
  const buffer = bytes("one");
  await file.write(buffer);
  buffer.fill(0);
  await file.write(bytes("two"));
  await file.commit();
  expect([seen.join(""), done]).toEqual(["onetwo", true]);
});

test("a handler that throws refuses the upload, at the next byte or at the end", async () => {
  const storage = uploadSink(() => Promise.reject(new Error("full")));
  const file = await storage.write(path, { at: 0 });
  await expect((async () => file.write(bytes("x")))()).rejects.toThrow("the storage failed");
  await expect((async () => file.commit())()).rejects.toThrow("the storage failed");
});

test("an upload that is cut off errors the stream and never ends it", async () => {
  let outcome = "";
  const storage = uploadSink(async ({ stream }) => {
    try {
      for await (const chunk of stream) outcome += String(chunk.length);
      outcome += " ended";
    } catch {
      outcome += " cut";
    }
  });
  const file = await storage.write(path, { at: 0 });
  await file.write(bytes("abc"));
  await file.abandon(true);
  await expect.poll(() => outcome).toBe("3 cut");
});
