/** What a thing in a folder is. */
export const FileType = {
  Unknown: 0,
  File: 1,
  Directory: 2,
  SymbolicLink: 3,
  0: "Unknown",
  1: "File",
  2: "Directory",
  3: "SymbolicLink",
} as const;

/** One of the numbers of {@link FileType}. */
export type FileType = 0 | 1 | 2 | 3;

/** The numbers by their names, as an enum has them. */
export declare namespace FileType {
  type Unknown = 0;
  type File = 1;
  type Directory = 2;
  type SymbolicLink = 3;
}

/** Sums of {@link FileInfo.UnixPermission}. */
export interface UnixPermissions {
  readonly user: number;
  readonly group: number;
  readonly world: number;
}

/** A file, directory or symbolic link of a listing. */
export class FileInfo {
  static UnixPermission = { Read: 4, Write: 2, Execute: 1 };

  name: string;
  type: FileType = FileType.Unknown;
  size = 0;
  /** The date as the server wrote it; ISO 8601 where it came as a fact of MLSD. */
  rawModifiedAt = "";
  /** The date, where the listing says it without doubt: in UTC and to the second. */
  modifiedAt?: Date | undefined = undefined;
  permissions?: UnixPermissions | undefined = undefined;
  hardLinkCount?: number | undefined = undefined;
  /** Where a symbolic link leads. */
  link?: string | undefined = undefined;
  group?: string | undefined = undefined;
  user?: string | undefined = undefined;
  uniqueID?: string | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  get isDirectory(): boolean {
    return this.type === FileType.Directory;
  }

  get isSymbolicLink(): boolean {
    return this.type === FileType.SymbolicLink;
  }

  get isFile(): boolean {
    return this.type === FileType.File;
  }

  /** @deprecated `rawModifiedAt` says the same. */
  get date(): string {
    return this.rawModifiedAt;
  }

  set date(rawModifiedAt: string) {
    this.rawModifiedAt = rawModifiedAt;
  }
}
