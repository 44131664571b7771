import { codes, reply } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

/**
 * draft-peterson-streamlined-ftp: who the client is, which is noted by nobody, and what this is. No version: it would
 * help only those who look for old ones. Whether letters of different case differ is known when the files are.
 */
export const csid: Handler = (session) => {
  const folds = session.account && session.storage.features.has("folds-names");
  const cased = session.account ? ` CaseSensitive=${folds ? 0 : 1};` : "";
  return reply(codes.ok, `Name=Twinport;${cased} DirSep=/;`);
};
