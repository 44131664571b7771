import { once } from "node:events";
import net from "node:net";
import { createSecureContext } from "node:tls";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { QuickFetch } from "./quick-fetch.ts";
import { mirror } from "./mirror.ts";
import { ScratchFolder } from "../../../../test/testkit/scratch-folder.ts";
import { ScriptedServer } from "../../../../test/testkit/scripted-server.ts";
import { openData } from "../../../../test/testkit/scripted-usual.ts";
import type { Heard, Script, ScriptedOptions } from "../../../../test/testkit/scripted-server.ts";

const names = ["a", "b", "c", "d"];
const files = Object.fromEntries(names.map((name) => [`/${name}`, `this is ${name}`]));
const features = ["SIZE", "MDTM", "UTF8", "EPSV", "MLST type*;size*;modify*;"];

/** What a server that reads in order greets with. */
const inOrder = "220 (vsFTPd 3.0.5)";

/** A server that reads its next command when it has done the one before, as vsftpd does. */
function oneByOne(on: Readonly<Record<string, Script>> = {}): Record<string, Script> {
  let before: Promise<unknown> = Promise.resolve();
  const waiting =
    (script?: Script): Script =>
    (heard) => {
      const done = before.then(() => (script ? script(heard) : heard.usual()));
      before = done.catch(() => {});
      return done;
    };
  return { EPSV: waiting(on["EPSV"]), RETR: waiting(on["RETR"]), MLSD: waiting(on["MLSD"]) };
}

/** RETR of a file that goes as it says the first time, and as usual then. */
function onceOf(name: string, script: Script): Script {
  let isDone = false;
  return (heard) => {
    if (isDone || heard.control.pathOf(heard.argument) !== `/${name}`) return heard.usual();
    isDone = true;
    return script(heard);
  };
}

/** Sends these bytes in place of the file. */
function sending(text: string, end: "end" | "reset" | "stay", last?: string): Script {
  return async ({ control }: Heard) => {
    const data = await openData(control);
    if (!data) return;
    data.on("error", () => {}).write(text);
    await new Promise((resolve) => setImmediate(resolve));
    if (end === "end") data.end();
    if (end === "reset") data.resetAndDestroy();
    if (last !== undefined) control.say(last);
  };
}

async function mirrored(options: ScriptedOptions) {
  await using server = await ScriptedServer.start({ files, features, ...options });
  await using scratch = new ScratchFolder();
  const client = await server.client({ timeouts: { data: 0.3 } });
  const here = join(scratch.path, "here");
  const report = await mirror({ kind: "remote", client, path: "" }, { kind: "local", path: here }, { parallel: 1 });
  const got = Object.fromEntries(readdirSync(here).map((name) => [`/${name}`, readFileSync(join(here, name), "utf8")]));
  const failed = report.failures.map(({ action }) => action.path);
  return { got, failed, commands: server.commands, logins: server.logins };
}

test("each file takes a port and a RETR, and nothing else", async () => {
  const { got, commands } = await mirrored({});
  expect(got).toEqual(files);
  const verbs = commands.map((line) => line.slice(0, 4));
  const first = verbs.indexOf("RETR");
  expect(verbs.slice(first, first + 7)).toEqual(["RETR", "EPSV", "RETR", "EPSV", "RETR", "EPSV", "RETR"]);
});

test("a server that reads in order is asked for the next port with each file but the last", async () => {
  const pieces: string[] = [];
  const spy = (verb: string): Script => {
    return async (heard) => {
      pieces.push(verb);
      await heard.usual();
      pieces.push(`${verb} done`);
    };
  };
  const { got, logins, commands } = await mirrored({ greeting: inOrder, on: oneByOne({ RETR: spy("RETR") }) });
  expect([got, logins]).toEqual([files, 1]);
  expect(commands.filter((line) => line === "EPSV")).toHaveLength(5);
  expect(pieces).toHaveLength(8);
});

test("one that answers out of order all the same is understood", async () => {
  const { got, logins } = await mirrored({ greeting: inOrder });
  expect([got, logins]).toEqual([files, 1]);
});

test.each<[string, Script]>([
  ["cut short, and called done", sending("this", "end", "226 done")],
  ["cut short by 426", sending("this", "end", "426 broken off")],
  ["cut by a reset", sending("this", "reset", "426 broken off")],
  ["longer than it was listed", sending("this is b and more", "end", "226 done")],
  ["not let go", sending("this is b", "stay")],
  ["never answered for", sending("this is b", "end")],
  ["refused for the moment", ({ control }) => control.say("450 busy")],
  ["said twice to be done", sending("this is b", "end", "226 done\r\n226 done")],
])("a file that is %s is whole in the end, and so are the others", async (_what, script) => {
  const plain = await mirrored({ on: { RETR: onceOf("b", script) } });
  const ahead = await mirrored({ greeting: inOrder, on: oneByOne({ RETR: onceOf("b", script) }) });
  expect([plain.got, plain.failed]).toEqual([files, []]);
  expect([ahead.got, ahead.failed]).toEqual([files, []]);
});

test("a file that is refused for good fails alone", async () => {
  const refusing: Script = (heard) =>
    heard.control.pathOf(heard.argument) === "/b" ? heard.control.say("550 no") : heard.usual();
  for (const options of [{ on: { RETR: refusing } }, { greeting: inOrder, on: oneByOne({ RETR: refusing }) }]) {
    const { got, failed } = await mirrored(options);
    expect([Object.keys(got), failed]).toEqual([["/a", "/c", "/d"], ["b"]]);
  }
});

test("a server that drops what it is asked ahead is asked so once", async () => {
  let isBusy = false;
  const { got, failed } = await mirrored({
    greeting: inOrder,
    on: {
      RETR: async (heard) => {
        isBusy = true;
        await heard.usual();
        isBusy = false;
      },
      EPSV: (heard) => (isBusy ? undefined : heard.usual()),
    },
  });
  expect([got, failed]).toEqual([files, []]);
});

test.each<[string, Script]>([
  ["refuses", ({ control }) => control.say("450 a transfer is under way")],
  ["answers in words", ({ control }) => control.say("200 yes")],
])("a server that %s what it is asked ahead is fetched from all the same", async (_what, odd) => {
  let ports = 0;
  const { got, failed } = await mirrored({
    greeting: inOrder,
    on: oneByOne({ EPSV: (heard) => (++ports === 3 ? odd(heard) : heard.usual()) }),
  });
  expect([got, failed]).toEqual([files, []]);
});

test("the quick way is not taken before a mode is proven, under a trace, or with a limited rate", async () => {
  await using server = await ScriptedServer.start({ files, features });
  const { signal } = new AbortController();
  const client = await server.client();
  expect(QuickFetch.on(client.core, signal)).toBeUndefined();
  await client.readAll("a");
  const quick = QuickFetch.on(client.core, signal);
  expect(quick).toBeDefined();
  await quick?.leave();
  client.on("trace", () => {});
  expect(QuickFetch.on(client.core, signal)).toBeUndefined();
  const slow = await server.client({ limitRate: 1_000_000 });
  await slow.readAll("a");
  expect(QuickFetch.on(slow.core, signal)).toBeUndefined();
});

test("the quick way is not taken by active mode", async () => {
  await using server = await ScriptedServer.start({ files, features });
  const client = await server.client({ mode: "active" });
  await client.readAll("a");
  expect(QuickFetch.on(client.core, new AbortController().signal)).toBeUndefined();
});

test("the quick way is not taken through a proxy", async () => {
  await using server = await ScriptedServer.start({ files, features });
  const proxy = net.createServer((near) => {
    near.once("data", (asked: Buffer) => {
      const port = Number(/^CONNECT \S+:(\d+) /.exec(String(asked))?.[1]);
      const far = net.connect({ host: "127.0.0.1", port }, () => near.write("HTTP/1.1 200 go on\r\n\r\n"));
      near.on("error", () => far.destroy()).pipe(far);
      far.on("error", () => near.destroy()).pipe(near);
    });
  });
  proxy.listen({ host: "127.0.0.1", port: 0 });
  await once(proxy, "listening");
  const { port } = proxy.address() as net.AddressInfo;
  try {
    const client = await server.client({ proxy: `http://127.0.0.1:${port}` });
    await client.readAll("a");
    expect(QuickFetch.on(client.core, new AbortController().signal)).toBeUndefined();
  } finally {
    proxy.close();
  }
});

test("the quick way is not taken where data goes under TLS", async () => {
  await using scratch = new ScratchFolder();
  const at = (name: string): string => join(scratch.path, name);
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
    " ",
  );
  const named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", at("key.pem"), "-out", at("cert.pem")];
  execFileSync("openssl", [...request, ...named], { stdio: "pipe" });
  const [cert, key] = [readFileSync(at("cert.pem")), readFileSync(at("key.pem"))];
  await using server = await ScriptedServer.start({
    files,
    features,
    tls: { context: createSecureContext({ cert, key }) },
  });
  const client = await server.client({ tls: "explicit", trust: { ca: cert } });
  await client.readAll("a");
  expect(client.tls).toBeDefined();
  expect(QuickFetch.on(client.core, new AbortController().signal)).toBeUndefined();
});
