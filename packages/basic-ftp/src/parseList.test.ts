import { expect, test } from "vitest";
import { FileInfo, FileType, parseList } from "./index.ts";

const info = (name: string, told: Partial<FileInfo>): FileInfo => Object.assign(new FileInfo(name), told);

test.each<[string, string, FileInfo[]]>([
  [
    "Unix",
    "total 8\r\n-rw-r-xr-T   2 Ann Example  Domain Users  1057 Dec 11 14:35 a b\r\nlrwxrwxrwx 1 ann staff 3 Jan  2  2024 l -> a b\r\n",
    [
      info("a b", {
        type: FileType.File,
        size: 1057,
        rawModifiedAt: "Dec 11 14:35",
        permissions: { user: 6, group: 5, world: 4 },
        hardLinkCount: 2,
        user: "Ann Example",
        group: "Domain Users",
      }),
      info("l", {
        type: FileType.SymbolicLink,
        size: 3,
        link: "a b",
        rawModifiedAt: "Jan  2 2024",
        permissions: { user: 7, group: 7, world: 7 },
        hardLinkCount: 1,
        user: "ann",
        group: "staff",
      }),
    ],
  ],
  [
    "Windows",
    "12-05-96  05:03PM       <DIR>          my dir\r\n11-14-97  04:21PM                  953 A.INI\r\n",
    [
      info("my dir", { type: FileType.Directory, rawModifiedAt: "12-05-96 05:03PM" }),
      info("A.INI", { type: FileType.File, size: 953, rawModifiedAt: "11-14-97 04:21PM" }),
    ],
  ],
  [
    "MLSD",
    "type=cdir;modify=20190218120006; .\r\ntype=file;size=3;modify=20190218120006.5;UNIX.mode=0640; a=b; c\r\n",
    [
      info("a=b; c", {
        type: FileType.File,
        size: 3,
        rawModifiedAt: "2019-02-18T12:00:06.500Z",
        modifiedAt: new Date("2019-02-18T12:00:06.500Z"),
        permissions: { user: 6, group: 4, world: 0 },
      }),
    ],
  ],
])("%s", (_name, text, entries) => {
  expect(parseList(text)).toEqual(entries);
});

test.each<[string, string, Partial<FileInfo>[]]>([
  [
    "VMS",
    "Directory DISK:[ANN]\r\n\r\nA.TXT;2            12/15    2-JAN-2024 03:04:05  [ANN]  (RWED,RWED,RE,)\r\nSUB.DIR;1   1/3  2-JAN-2024 03:04:05  [ANN] (RWED,RWED,RE,)\r\n\r\nTotal of 2 files, 13/18 blocks\r\n",
    [
      { name: "A.TXT;2", type: FileType.File },
      { name: "SUB", type: FileType.Directory },
    ],
  ],
  [
    "IBM i",
    "ANN             12288 02/01/24 03:04:05 *DIR       sub/\r\nANN               953 02/01/24 03:04:05 *STMF      a.txt\r\n",
    [
      { name: "sub", isDirectory: true },
      { name: "a.txt", size: 953, isFile: true },
    ],
  ],
  [
    "z/OS",
    "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname\r\nSAVE01 3390   2004/06/23  1    1  FB     128  6144  PO    INCOMING.RPTBM024\r\n",
    [{ name: "INCOMING.RPTBM024", isDirectory: true }],
  ],
])("what basic-ftp does not read: %s", (_name, text, entries) => {
  const read = parseList(text).map(({ name, type, size, isDirectory, isFile }) => ({
    name,
    type,
    size,
    isDirectory,
    isFile,
  }));
  expect(read).toMatchObject(entries);
});

test.each([
  ["nothing", ""],
  ["blanks", "  \r\n \r\n"],
  ["a sum alone", "total 0\r\n"],
])("%s is an empty listing", (_name, text) => {
  expect(parseList(text)).toEqual([]);
});

test.each([
  ["words", "aaa"],
  [
    "a line that looks like one of z/OS by accident",
    "SAVE01 3390   2004/06/23  1  1  FB  128  6144  PO    INCOMING.RPT",
  ],
])("what nobody understands is an error in basic-ftp's words: %s", (_name, text) => {
  expect(() => parseList(text)).toThrow("This library only supports MLSD, Unix- or DOS-style directory listing.");
});

test("a long line is read in no time", () => {
  const before = performance.now();
  for (const letter of ["=", " ", "1", "-", "a "]) expect(() => parseList(`x${letter.repeat(60_000)}`)).toThrow();
  expect(performance.now() - before).toBeLessThan(1000);
});
