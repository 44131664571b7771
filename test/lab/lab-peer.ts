import { existsSync } from "node:fs";
import process from "node:process";
import { describe } from "vitest";
import { peer } from "../testkit/peer.ts";
import { vsftpd } from "./daemon.ts";

/** A `describe` for tests that build topologies: skipped, with what is missing in the title, where that cannot be done. */
export function labPeer(title: string, programs: readonly string[], body: () => void): void {
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ["needs root"]),
    ...(existsSync(vsftpd) ? [] : ["vsftpd is not in .ci/peers"]),
  ];
  const sentence = missing.length === 0 ? title : `${title}: ${missing.join(", ")}`;
  if (missing.length > 0 && process.env["CI"]) throw new Error(`${sentence}; under CI every peer must be there`);
  describe.skipIf(missing.length > 0)(sentence, () => {
    peer("on this machine", ["ip", "nft", "nsenter", "python3", "openssl", ...programs], body);
  });
}
