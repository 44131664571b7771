// Computes hashes beside the main thread. It is told of jobs by number: "begin", then their bytes, then "end"; or "drop".
// Each piece of bytes is given back when it has been counted in, so that a job has no more of them than its owner lends.
import { createHash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { crc32 } from "node:zlib";

/** @typedef {{ update(bytes: Uint8Array): unknown, digest(): string }} Sum */

/** @returns {Sum} */
function crc() {
  let value = 0;
  return {
    update: (bytes) => (value = crc32(bytes, value)),
    digest: () => value.toString(16).padStart(8, "0"),
  };
}

/** @param {string} algorithm @returns {Sum} */
function sumOf(algorithm) {
  if (algorithm === "crc32") return crc();
  const hash = createHash(algorithm);
  return { update: (bytes) => hash.update(bytes), digest: () => hash.digest("hex") };
}

/** @type {Map<number, Sum>} */
const sums = new Map();

parentPort?.on("message", ({ job, act, algorithm, bytes }) => {
  if (act === "begin") sums.set(job, sumOf(algorithm));
  else if (act === "bytes") {
    sums.get(job)?.update(bytes);
    parentPort?.postMessage({ job, buffer: bytes.buffer }, [bytes.buffer]);
  } else {
    const digest = act === "end" ? sums.get(job)?.digest() : undefined;
    sums.delete(job);
    if (digest !== undefined) parentPort?.postMessage({ job, digest });
  }
});
