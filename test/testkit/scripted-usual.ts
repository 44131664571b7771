import { once } from "node:events";
import { formatTimestamp } from "@twinport/protocol";
import { active, passive } from "./scripted-ways.ts";
import type net from "node:net";
import type { Heard, Script, ScriptedUpload } from "./scripted-server.ts";
import type { ScriptedControl } from "./scripted-control.ts";

/** When the files that are there from the beginning were modified. */
export const MODIFIED = "20240102030405";

/** What the server does by itself, by verb. */
export const usual: Readonly<Record<string, Script>> = {
  USER: ({ control }) => control.say("331 password, please"),
  PASS: ({ control, server }) => {
    server.logins++;
    control.say("230 welcome");
  },
  FEAT: ({ control, server }) => control.say("211-Features:", ...server.features.map((line) => ` ${line}`), "211 End"),
  OPTS: ({ control }) => control.say("200 well"),
  NOOP: ({ control }) => control.say("200 well"),
  SYST: ({ control }) => control.say("215 UNIX Type: L8"),
  TYPE: ({ argument, control }) => {
    control.type = argument;
    control.say(`200 type ${argument}`);
  },
  REST: ({ argument, control }) => {
    control.rest = Number(argument);
    control.say(`350 from ${argument}`);
  },
  PWD: ({ control }) => control.say(`257 "${control.folder.replaceAll('"', '""')}" is it`),
  CWD: ({ argument, control, server }) => {
    const path = control.pathOf(argument);
    if (!isFolder(server.files.keys(), server.folders, path)) return control.say("550 no such folder");
    control.folder = path;
    control.say("250 there");
  },
  CDUP: ({ control }) => {
    control.folder = control.folder.slice(0, control.folder.lastIndexOf("/")) || "/";
    control.say("250 there");
  },
  MKD: ({ argument, control, server }) => {
    server.folders.add(control.pathOf(argument));
    control.say(`257 "${argument}" made`);
  },
  SIZE: onFile(({ control }, bytes) => control.say(`213 ${bytes.length}`)),
  MDTM: onFile(({ argument, control, server }) => {
    const modified = server.modified.get(control.pathOf(argument));
    control.say(`213 ${modified === undefined ? MODIFIED : formatTimestamp(modified)}`);
  }),
  DELE: onFile(({ argument, control, server }) => {
    server.files.delete(control.pathOf(argument));
    control.say("250 gone");
  }),
  RNFR: onFile(({ argument, control }) => {
    control.renames = control.pathOf(argument);
    control.say("350 to what?");
  }),
  RNTO: ({ argument, control, server }) => {
    const bytes = server.files.get(control.renames);
    if (!bytes) return control.say("503 RNFR first");
    server.files.delete(control.renames);
    server.files.set(control.pathOf(argument), bytes);
    control.say("250 renamed");
  },
  EPSV: passive(),
  PASV: passive(),
  EPRT: active(),
  PORT: active(),
  RETR: sends(({ argument, control, server }) => server.files.get(control.pathOf(argument))),
  LIST: sends((heard) => Buffer.from(listing(heard).map(longLine).join(""))),
  NLST: sends((heard) =>
    Buffer.from(
      listing(heard)
        .map(({ name }) => `${name}\r\n`)
        .join(""),
    ),
  ),
  MLSD: sends((heard) => Buffer.from(listing(heard).map(factsLine).join(""))),
  STOR: receives(),
  APPE: receives(),
  ABOR: ({ control }) => {
    const { data } = control;
    control.data = undefined;
    if (data && !data.destroyed) {
      data.destroy();
      control.say("426 broken off");
    }
    control.say("226 aborted");
  },
  QUIT: ({ control }) => {
    control.say("221 bye");
    control.halfClose();
  },
  AUTH: async ({ control, server }) => {
    const { tls } = server.options;
    if (!tls) return control.say("502 no TLS");
    control.say("234 go on");
    await control.secure(tls.context);
  },
  PBSZ: ({ control }) => control.say("200 PBSZ=0"),
  PROT: ({ argument, control }) => {
    control.isProtected = argument === "P";
    control.say("200 well");
  },
};

/** Something that is done with a file that must be there. */
function onFile(work: (heard: Heard, bytes: Buffer) => void): Script {
  return (heard) => {
    const bytes = heard.server.files.get(heard.control.pathOf(heard.argument));
    if (bytes) work(heard, bytes);
    else heard.control.say("550 no such file");
  };
}

/** Opens the data connection in the way that was agreed on, by TLS where that was. */
export async function openData(control: ScriptedControl): Promise<net.Socket | undefined> {
  const { way } = control;
  control.way = undefined;
  if (!way) {
    control.say("425 use PASV or PORT first");
    return undefined;
  }
  const raw = await way(control);
  const { tls } = control.server.options;
  if (!raw || !control.isProtected || !tls) return (control.data = raw);
  const secured = control.server.secure(raw, tls.context);
  control.data = secured;
  const shaken = once(secured, "secure").then(() => void control.server.resumed.push(secured.isSessionReused()));
  await Promise.race([shaken, new Promise((resolve) => secured.once("close", resolve))]).catch(() => {});
  return secured;
}

/** Sends bytes, from where REST has said. */
export function sends(bytesOf: (heard: Heard) => Uint8Array | undefined): Script {
  return async (heard) => {
    const { control } = heard;
    const bytes = bytesOf(heard);
    const from = control.rest;
    control.rest = 0;
    if (!bytes) return control.say("550 no such file");
    const data = await openData(control);
    if (!data) return;
    data.end(bytes.subarray(from));
    if (await isDone(data)) control.say("226 all sent");
  };
}

/** Whether all was sent and the other end has left; false where it was broken off. */
async function isDone(data: net.Socket): Promise<boolean> {
  data.resume();
  await new Promise<void>((resolve) => {
    data.once("finish", () => resolve());
    data.once("close", () => resolve());
  });
  return data.writableFinished;
}

function receives(): Script {
  return async (heard) => {
    const { control } = heard;
    const upload = beginUpload(heard);
    const data = await openData(control);
    if (!data) return;
    data.on("data", (chunk: Buffer) => {
      upload.bytes = Buffer.concat([upload.bytes, chunk]);
    });
    const isWhole = await new Promise<boolean>((resolve) => {
      data.once("end", () => resolve(true));
      data.once("close", () => resolve(false));
    });
    keepUpload(heard, upload);
    if (!isWhole) return;
    data.end();
    control.say("226 all there");
  };
}

/** Notes that an upload has begun, and where. */
export function beginUpload({ verb, argument, control, server }: Heard): ScriptedUpload {
  const path = control.pathOf(argument);
  const at = verb === "APPE" ? (server.files.get(path)?.length ?? 0) : control.rest;
  control.rest = 0;
  const upload: ScriptedUpload = { verb, path, at, bytes: Buffer.alloc(0) };
  server.uploads.push(upload);
  return upload;
}

/** Puts what has come into the file. */
export function keepUpload({ server }: Heard, { path, at, bytes }: ScriptedUpload): void {
  const before = (server.files.get(path) ?? Buffer.alloc(0)).subarray(0, at);
  server.files.set(path, Buffer.concat([before, bytes]));
  server.modified.set(path, Date.now());
}

interface Listed {
  readonly name: string;
  readonly size: number;
  readonly isFolder: boolean;
}

function listing({ argument, control, server }: Heard): Listed[] {
  const asked = argument.replace(/^-\w+ ?/, "");
  const folder = asked === "" || asked === "." ? control.folder : control.pathOf(asked);
  const above = folder === "/" ? "/" : `${folder}/`;
  const listed = new Map<string, Listed>();
  for (const [path, { length }] of server.files) {
    if (!path.startsWith(above)) continue;
    const [name = "", ...below] = path.slice(above.length).split("/");
    listed.set(name, { name, size: length, isFolder: below.length > 0 });
  }
  return [...listed.values()];
}

function longLine({ name, size, isFolder }: Listed): string {
  return `${isFolder ? "drwxr-xr-x" : "-rw-r--r--"}    1 ann      ann      ${String(size).padStart(10)} Jan 02  2024 ${name}\r\n`;
}

function factsLine({ name, size, isFolder }: Listed): string {
  return isFolder
    ? `type=dir;modify=${MODIFIED}; ${name}\r\n`
    : `type=file;size=${size};modify=${MODIFIED}; ${name}\r\n`;
}

function isFolder(files: Iterable<string>, folders: ReadonlySet<string>, path: string): boolean {
  return folders.has(path) || [...files].some((file) => file.startsWith(`${path}/`));
}
