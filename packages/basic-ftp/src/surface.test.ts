import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  Client,
  FTPContext,
  FTPError,
  FileInfo,
  FileType,
  enterPassiveModeIPv4,
  enterPassiveModeIPv6,
  parseList,
} from "./index.ts";
import type { Readable, Writable } from "node:stream";
import type {
  AccessOptions,
  FTPResponse,
  RawListParser,
  ResponseHandler,
  StringEncoding,
  TaskResolver,
  TransferStrategy,
  UnixPermissions,
  UploadOptions,
} from "./index.ts";

const bundle = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const isBuilt = existsSync(bundle);

describe.skipIf(!isBuilt)(isBuilt ? "the build" : "the build: there is none yet", () => {
  test.each([
    ["required", `const { Client, FileType } = require(${JSON.stringify(bundle)});`],
    ["imported", `import { Client, FileType } from ${JSON.stringify(bundle)};`],
  ])("can be %s", async (how, line) => {
    const program = `${line} console.log(new Client().closed, FileType[FileType.Directory]);`;
    const kind = how === "required" ? "commonjs" : "module";
    const { stdout } = await promisify(execFile)(process.execPath, [`--input-type=${kind}`, "-e", program]);
    expect(stdout.trim()).toBe("true Directory");
  });
});

test("what basic-ftp exports is there", () => {
  expect([Client, FTPContext, FTPError, FileInfo, enterPassiveModeIPv4, enterPassiveModeIPv6, parseList]).not.toContain(
    undefined,
  );
  expect(FileType).toMatchObject({ Unknown: 0, File: 1, Directory: 2, SymbolicLink: 3, 1: "File" });
  expect(FileInfo.UnixPermission).toEqual({ Read: 4, Write: 2, Execute: 1 });
});

test("programs written for basic-ftp's types compile", () => {
  // Never called: it is the compiler that looks at it.
  const program = async (source: Readable, target: Writable): Promise<void> => {
    const client = new Client(30_000, { allowSeparateTransferHost: false });
    client.ftp.verbose = true;
    const options: AccessOptions = { host: "example.com", user: "very", password: "password", secure: true };
    expectTypeOf(await client.access(options)).toEqualTypeOf<FTPResponse>();
    const list = await client.list();
    expectTypeOf(list).toEqualTypeOf<FileInfo[]>();
    const range: UploadOptions = { localStart: 1, localEndInclusive: 2 };
    await client.uploadFrom("README.md", "README_FTP.md", range);
    await client.uploadFrom(source, "there");
    await client.downloadTo(target, "there", 10);
    client.trackProgress((info) => console.log(info.name, info.type, info.bytes, info.bytesOverall));
    client.trackProgress();
    const parser: RawListParser = (raw) => [new FileInfo(raw)];
    client.parseList = parser;
    const strategy: TransferStrategy = enterPassiveModeIPv4;
    client.prepareTransfer = strategy;
    client.ftp.log = console.debug;
    const encoding: StringEncoding = "latin1";
    client.ftp.encoding = encoding;
    client.ftp.ipFamily = 4;
    const handler: ResponseHandler = (response, task: TaskResolver) => {
      if (response instanceof Error) task.reject(response);
      else task.resolve(response.code);
    };
    const code = (await client.ftp.handle("NOOP", handler)) as number;
    expectTypeOf(code).toEqualTypeOf<number>();
    const type: FileType = list[0]?.type ?? FileType.Unknown;
    const isFolder = (one: FileType): one is FileType.Directory => one === FileType.Directory;
    expectTypeOf(isFolder(type)).toEqualTypeOf<boolean>();
    expectTypeOf(list[0]?.permissions).toEqualTypeOf<UnixPermissions | undefined>();
    expectTypeOf(await client.features()).toEqualTypeOf<Map<string, string>>();
    expectTypeOf(await client.lastMod("a")).toEqualTypeOf<Date>();
  };
  expectTypeOf(program).toBeFunction();
});

test("who extends the client reaches what basic-ftp protects", () => {
  class Counting extends Client {
    commands: string[] = [];

    protected override async _requestListWithCommand(command: string): Promise<FileInfo[]> {
      this.commands.push(command);
      return super._requestListWithCommand(command);
    }

    passiveOnly(): void {
      this.prepareTransfer = this._enterFirstCompatibleMode([enterPassiveModeIPv4]);
    }
  }
  const client = new Counting();
  client.passiveOnly();
  expect(client.availableListCommands).toEqual(["LIST -a", "LIST"]);
});
