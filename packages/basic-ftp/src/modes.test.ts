import { createSecureContext } from "node:tls";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import {
  Client,
  FTPError,
  enterActiveModeIPv4,
  enterActiveModeIPv6,
  enterAutoMode,
  enterPassiveModeIPv4,
  enterPassiveModeIPv6,
} from "./index.ts";
import { StringWriter } from "./StringWriter.ts";
import { testCertificate } from "../../../test/testkit/peer-server.ts";
import { ScriptedServer } from "../../../test/testkit/scripted-server.ts";
import { openData } from "../../../test/testkit/scripted-usual.ts";
import { active, passive, tellPort } from "../../../test/testkit/scripted-ways.ts";
import type { ModeSearchError } from "./index.ts";
import type { ScriptedOptions } from "../../../test/testkit/scripted-server.ts";

interface Setting extends ScriptedOptions {
  readonly timeout?: number;
  readonly client?: ConstructorParameters<typeof Client>[1];
  readonly secure?: true;
}

/** Runs with a client that is in, and is closed before the server looks at what it has left open. */
async function withClient(
  { timeout = 2000, client: told, secure, ...options }: Setting,
  run: (client: Client, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  const { certificate, key } = secure ? await testCertificate() : { certificate: "", key: "" };
  const tls = secure && { context: createSecureContext({ cert: certificate, key }) };
  await using server = await ScriptedServer.start({ files: { "/a": "some bytes" }, ...options, ...(tls && { tls }) });
  const client = new Client(timeout, told);
  const login = { host: "127.0.0.1", port: server.port, user: "ann", password: "pw" };
  try {
    await client.access({ ...login, ...(secure && { secure, secureOptions: { ca: certificate } }) });
    await run(client, server);
  } finally {
    client.close();
  }
}

async function textOf(client: Client, path = "a"): Promise<string> {
  const target = new StringWriter();
  await client.downloadTo(target, path);
  return target.getText("utf8");
}

/** The verbs that ask for a data connection, in the order in which they were heard. */
function asked(server: ScriptedServer): string[] {
  return server.commands
    .map((line) => line.split(" ")[0] ?? "")
    .filter((verb) => /^(?:EPSV|PASV|PORT|EPRT)$/.test(verb));
}

const noPassive = { EPSV: "500 what?", PASV: "502 not here" } as const;

test("EPSV is tried first, and what worked is asked for ever after", async () => {
  await withClient({}, async (client, server) => {
    expect(await textOf(client)).toBe("some bytes");
    expect(client.prepareTransfer).toBe(enterPassiveModeIPv6);
    await client.list();
    expect(asked(server)).toEqual(["EPSV", "EPSV"]);
  });
});

test.each<[string, ScriptedOptions["on"], string[]]>([
  ["refuses EPSV", { EPSV: "500 what?" }, ["EPSV", "PASV"]],
  ["answers EPSV by 227", { EPSV: "227 (127,0,0,1,1,1)" }, ["EPSV", "PASV"]],
  ["refuses both", noPassive, ["EPSV", "PASV", "PORT"]],
  ["refuses PORT too", { ...noPassive, PORT: "502 no" }, ["EPSV", "PASV", "PORT", "EPRT"]],
  ["has passive ports that refuse", { EPSV: passive("refuses"), PASV: passive("refuses") }, ["EPSV", "PASV", "PORT"]],
])("a server that %s is reached all the same", async (_name, on, verbs) => {
  await withClient({ on: on ?? {} }, async (client, server) => {
    expect(await textOf(client)).toBe("some bytes");
    await client.uploadFrom(Readable.from(["and back"]), "b");
    expect(server.text("/b")).toBe("and back");
    expect(asked(server)).toEqual([...verbs, verbs.at(-1)]);
  });
});

test.each(["before-150", "late"] as const)("active mode: a server that dials %s", async (manner) => {
  await withClient({ on: { ...noPassive, PORT: active(manner) } }, async (client) => {
    expect(await textOf(client)).toBe("some bytes");
    expect(await textOf(client)).toBe("some bytes");
  });
});

test("active mode offers the port next to the command connection's first, and then any other", async () => {
  await withClient({ on: noPassive }, async (client, server) => {
    const { localPort = 0 } = client.ftp.socket;
    await textOf(client);
    await textOf(client);
    const [first, second] = server.commands.filter((line) => line.startsWith("PORT"));
    expect(first).toBe(`PORT 127,0,0,1,${(localPort + 1) >> 8},${(localPort + 1) & 255}`);
    expect(second).not.toBe(first);
  });
});

test("active mode under TLS: the server dials, and we begin TLS", async () => {
  await withClient({ on: noPassive, secure: true }, async (client, server) => {
    expect(await textOf(client)).toBe("some bytes");
    await client.uploadFrom(Readable.from(["secret"]), "b");
    expect(server.text("/b")).toBe("secret");
  });
});

test("a stranger who comes to the active port is not let in", async () => {
  await withClient({ on: { ...noPassive, PORT: active("stranger"), EPRT: "500 no" } }, async (client) => {
    await expect(textOf(client)).rejects.toMatchObject({ code: 425 });
  });
});

test("a way that turns out shut in the transfer is left for the next, and the command is sent again", async () => {
  const on: ScriptedOptions["on"] = { EPSV: passive("resets"), PASV: passive("resets") };
  await withClient({ on }, async (client, server) => {
    await client.uploadFrom(Readable.from(["once"]), "b");
    expect(asked(server)).toEqual(["EPSV", "PASV", "PORT"]);
    expect(server.text("/b")).toBe("once");
    expect(server.uploads.at(-1)).toMatchObject({ path: "/b" });
  });
});

test("a mode that worked and works no longer is not the end", async () => {
  let isShut = false;
  const on: ScriptedOptions["on"] = {
    EPSV: (heard) => (isShut ? heard.control.say("500 no longer") : heard.usual()),
  };
  await withClient({ on }, async (client, server) => {
    await textOf(client);
    isShut = true;
    expect(await textOf(client)).toBe("some bytes");
    expect(asked(server)).toEqual(["EPSV", "EPSV", "PASV"]);
  });
});

test("where no way works, the error is basic-ftp's and has all attempts", async () => {
  await withClient({ on: { ...noPassive, PORT: "500 no", EPRT: "500 no" } }, async (client) => {
    const failure = (await client.list().catch((error: unknown) => error)) as ModeSearchError;
    expect(failure).not.toBeInstanceOf(FTPError);
    expect(failure.message).toBe(
      "None of the available transfer strategies work. Last error response was 'FTPError: 502 not here'.",
    );
    expect(failure.attempts.map(({ mode, outcome, facts }) => [mode, outcome, facts["said"]])).toEqual([
      ["epsv", "command-refused", "500 what?"],
      ["pasv", "command-refused", "502 not here"],
      ["port", "command-refused", "500 no"],
      ["eprt", "command-refused", "500 no"],
    ]);
    expect(client.closed).toBe(false);
  });
});

test("a server that never has a data connection is heard with its 425, and with all attempts", async () => {
  const on: ScriptedOptions["on"] = { ...noPassive, PORT: active("425"), EPRT: active("425") };
  await withClient({ on }, async (client) => {
    const failure = await textOf(client).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FTPError);
    expect(failure).toMatchObject({ code: 425, attempts: [{}, {}, { mode: "port" }, { mode: "eprt" }] });
    await client.send("NOOP");
  });
});

test("a server that does not come in active mode is waited for no longer than the time-out", async () => {
  await withClient({ on: { ...noPassive, PORT: active("never") }, timeout: 300 }, async (client) => {
    await expect(textOf(client)).rejects.toThrow("Timeout when waiting for the server to open the data connection");
    expect(client.closed).toBe(true);
  });
});

test("whoever sets a strategy decides alone", async () => {
  await withClient({ on: { PASV: passive("refuses") } }, async (client, server) => {
    client.prepareTransfer = enterPassiveModeIPv4;
    await expect(textOf(client)).rejects.toThrow("Can't open data connection in passive mode: connect ECONNREFUSED");
    expect(asked(server)).toEqual(["PASV"]);
  });
});

test.each([
  ["PORT", enterActiveModeIPv4],
  ["EPRT", enterActiveModeIPv6],
  ["EPSV", enterAutoMode],
])("%s can be asked for", async (verb, strategy) => {
  await withClient({}, async (client, server) => {
    client.prepareTransfer = strategy;
    expect(await textOf(client)).toBe("some bytes");
    expect(await client.list()).toHaveLength(1);
    expect(asked(server)).toEqual([verb, verb]);
  });
});

test("active mode opens ports of a range, and tells the address that it was told", async () => {
  const told = { activePorts: { from: 1, to: 65_535 }, activeAddress: "127.0.0.1" };
  await withClient({ on: noPassive, client: told }, async (client) => {
    expect(await textOf(client)).toBe("some bytes");
  });
});

test.each(["0.0.0.0", "10.1.2.3", "192.168.1.100", "198.51.100.7"])(
  "PASV that tells %s: the command connection's peer is dialled",
  async (address) => {
    const on: ScriptedOptions["on"] = {
      EPSV: "500 no",
      PASV: passive("works", (verb, port) => tellPort(verb, port, address)),
    };
    await withClient({ on }, async (client) => {
      expect(await textOf(client)).toBe("some bytes");
    });
  },
);

test("another public host is never dialled; where the peer does not answer, the error says who was told", async () => {
  const on: ScriptedOptions["on"] = {
    EPSV: "500 no",
    PASV: passive("refuses", (verb, port) => tellPort(verb, port, "198.51.100.7")),
    PORT: "500 no",
    EPRT: "500 no",
  };
  await withClient({ on }, async (client) => {
    await expect(textOf(client)).rejects.toThrow(
      /PASV returned another host \(198\.51\.100\.7\) for data transfer that you have connected to \(127\.0\.0\.1\)\./,
    );
  });
});

test("550 counts, also where the server has reset the data connection first", async () => {
  const on: ScriptedOptions["on"] = {
    EPSV: passive("resets-silently"),
    RETR: async ({ control }) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      control.say("550 not for you");
    },
  };
  await withClient({ on }, async (client) => {
    await expect(textOf(client)).rejects.toMatchObject({ name: "FTPError", code: 550 });
    expect(client.closed).toBe(false);
    await client.send("NOOP");
  });
});

test("a refusal in mid-upload counts, also where the server has reset the data connection first", async () => {
  const on: ScriptedOptions["on"] = {
    STOR: async ({ control }) => {
      const data = await openData(control);
      data?.once("data", () => {
        data.resetAndDestroy();
        setTimeout(() => control.say("552 disk full"), 100);
      });
    },
  };
  await withClient({ on }, async (client) => {
    const source = Readable.from(Array.from({ length: 400 }, () => Buffer.alloc(65_536)));
    await expect(client.uploadFrom(source, "b")).rejects.toMatchObject({ name: "FTPError", code: 552 });
    expect(client.closed).toBe(false);
  });
});

test("226 without 150 is tolerated", async () => {
  const on: ScriptedOptions["on"] = {
    LIST: async ({ control }) => {
      const say = control.say.bind(control);
      // The usual way of a port says 150.
      control.say = (...replies) => say(...replies.filter((reply) => !reply.startsWith("150")));
      const data = await openData(control);
      control.say = say;
      data?.end("-rw-r--r-- 1 ann ann 3 Jan 02 2024 a\r\n");
      say("226 done");
    },
  };
  await withClient({ on }, async (client) => {
    expect(await client.list()).toMatchObject([{ name: "a", size: 3 }]);
    await client.send("NOOP");
  });
});

test("behind a firewall that drops what we dial, the server dials", async () => {
  const on: ScriptedOptions["on"] = { EPSV: passive("silent"), PASV: passive("silent") };
  await withClient({ on, silent: true, timeout: 300 }, async (client, server) => {
    expect(await textOf(client)).toBe("some bytes");
    expect(asked(server)).toEqual(["EPSV", "PASV", "PORT"]);
  });
});
