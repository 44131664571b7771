import { connectClient } from "@twinport/client";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@twinport/client";
import type { ModeCommand } from "@twinport/protocol";
import type { Deeds, Place, Sessions } from "./client-matrix.ts";

/** Our own client behind its login, in the folder; one way to the data, and no second try that would hide a failure. */
async function ourClient({ way, address, port, user, password, folder, tls }: Place): Promise<Client> {
  const client = await connectClient({
    ...{ host: address, port, user, password, memory: false, retries: 0 },
    mode: way.verb.toLowerCase() as ModeCommand,
    ...(tls && { tls: tls.begins, trust: { ca: await readFile(tls.ca) } }),
  });
  await client.changeDirectory(folder);
  return client;
}

async function within(place: Place, act: (client: Client) => Promise<unknown>): Promise<void> {
  await using client = await ourClient(place);
  await act(client);
}

/** What our client does. */
export const ourDeeds: Pick<Deeds, "put" | "get" | "resumePut" | "resumeGet" | "list"> = {
  put: (place, local, remote) => within(place, (client) => client.upload(local, remote)),
  get: (place, remote, local) => within(place, (client) => client.download(remote, local)),
  resumePut: (place, local, remote) => within(place, (client) => client.upload(local, remote, { resume: true })),
  resumeGet: (place, remote, local) => within(place, (client) => client.download(remote, local, { resume: true })),
  list: async (place) => {
    await using client = await ourClient(place);
    return (await client.listAll()).map(({ name }) => name);
  },
};

/** What our client does in one session. */
export const ourSessions: Sessions = {
  putAll: (place, from, names) =>
    within(place, async (client) => {
      for (const name of names) await client.upload(join(from, name), name);
    }),
  getAll: (place, names, into) =>
    within(place, async (client) => {
      for (const name of names) await client.download(name, join(into, name));
    }),
};
