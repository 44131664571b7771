import type { Handler } from "./handler.ts";

export const pasv: Handler = (session) => session.data.offer("PASV");
