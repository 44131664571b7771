// npm start: makes the clone ready, then is the command itself. One process all the way, and `exec` before it in
// package.json: npm passes a signal on to its direct child only, so a shell that stayed in between would die of
// SIGTERM and leave the server running. Where there is no POSIX shell: node tools/start.mjs serve
import process from "node:process";
import { isReady } from "./ready.mjs";

const command = new URL("../packages/twinport/bin/twinport.js", import.meta.url).href;
if (await isReady({ build: true })) {
  // npm goes to the package's folder; a folder to serve is meant as seen from where npm was called.
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  await import(command);
}
