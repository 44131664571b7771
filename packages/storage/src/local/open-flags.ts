import fs from "node:fs";

/** Linux only, and missing in node:fs: a handle that names a place without opening what stands there. */
export const O_PATH = 0o10000000;

/** Neither hangs nor follows. Not on Windows, where neither a FIFO nor a link can be met here. */
export const O_CAREFUL = (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);
