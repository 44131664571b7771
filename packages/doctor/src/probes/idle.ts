import { ClientError } from "@twinport/client";
import { openControl, openSecured } from "./command-connection.ts";
import type { Evidence, Family, TlsUse } from "../evidence.ts";
import type { Examination } from "./examination.ts";

/** Leaves a command connection idle for so long, with nothing that keeps it alive, and asks it something then. */
export async function leaveIdle(
  examination: Examination,
  family: Family,
  tls: TlsUse,
  seconds: number,
): Promise<Evidence["idle"]> {
  const { signal } = examination;
  examination.say({ family, tls, doing: "idle" });
  const wish = { family, keepAlive: 0 };
  const { client } = await (tls === "off"
    ? openControl(examination, { ...wish, tls })
    : openSecured(examination, { ...wish, tls }));
  if (!client) return undefined;
  try {
    await pause(seconds * 1000, signal);
    if (signal.aborted) return undefined;
    // A login that is gone already would be renewed by the question.
    if (client.welcome === undefined) return { seconds, outcome: "lost" };
    await client.send("NOOP", { signal });
    return { seconds, outcome: "alive" };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (signal.aborted) return undefined;
    return { seconds, outcome: error.code === "connection-lost" ? "lost" : "silent" };
  } finally {
    await client.close();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
