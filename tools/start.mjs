// npm start: makes the clone ready, then is the command itself. One process all the way, and `exec` before it in
// package.json: npm passes a signal on to its direct child only, so a shell that stayed in between would die of
// SIGTERM and leave the server running. Where there is no POSIX shell: node tools/start.mjs serve
import { isReady } from "./ready.mjs";

const command = new URL("../packages/twinport/bin/twinport.js", import.meta.url).href;
if (await isReady({ build: true })) await import(command);
