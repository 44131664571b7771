/** What a value of the accounts file has to be. */
export type Expected =
  | "object"
  | "list"
  | "version"
  | "account-name"
  | "name-not-anonymous"
  | "password-hash"
  | "folder"
  | "path"
  | "permissions"
  | "pattern"
  | "mount"
  | "prefix"
  | "some-prefix"
  | "true-or-false"
  | "date"
  | "size"
  | "whole-number"
  | "seconds"
  | "octal-bits"
  | "uploads"
  | "charset"
  | "tls-need"
  | "session-reuse"
  | "fingerprint";

/** What is wrong with an accounts file. */
export type AccountsFileErrorCode =
  | "file-not-there"
  | "file-not-readable"
  | "file-too-large"
  | "file-not-json"
  | "key-twice"
  | "key-not-known"
  | "key-missing"
  | "value-not-valid"
  | "file-open-to-others"
  | "file-locked"
  | "file-not-written"
  | "too-many-logins";

/** Where it is wrong, and what stands there. A password, hashed or not, is never among them. */
export interface AccountsFileFacts {
  readonly file?: string;
  /** The account, if it is in one. */
  readonly account?: string;
  /** The key, as `quota.bytes` or `rules["/in"]`; seen from the account, if it is in one. */
  readonly key?: string;
  readonly expected?: Expected;
  /** What stands there, as JSON. */
  readonly got?: string;
  /** What the system says. */
  readonly cause?: string;
  readonly limit?: number;
  /** The address, or the /64, of a client. */
  readonly peer?: string;
  readonly line?: number;
  readonly column?: number;
}

/** How a problem of an accounts file is said in a language. */
export interface AccountsFileWords {
  readonly expectations: Readonly<Record<Expected, string>>;
  readonly sentences: Readonly<Record<AccountsFileErrorCode, (facts: SaidFacts) => string>>;
  /** A key of an account. */
  readonly keyOf: (key: string, account: string) => string;
}

/** The facts as a sentence takes them up. */
export interface SaidFacts extends AccountsFileFacts {
  /** The key, and the account if there is one. */
  readonly place: string;
  /** What the value has to be, in words. */
  readonly wanted: string;
}

/** What is wrong with an accounts file, in a language. */
export function sayAccountsFileProblem(
  code: AccountsFileErrorCode,
  facts: AccountsFileFacts,
  { expectations, sentences, keyOf }: AccountsFileWords,
): string {
  const { file, account, key = "", expected } = facts;
  const place = account === undefined ? key : keyOf(key, JSON.stringify(account));
  const sentence = sentences[code]({ ...facts, place, wanted: expected ? expectations[expected] : "" });
  return file === undefined ? sentence : `${file}: ${sentence}`;
}

/** The words of {@link AccountsFileError}'s own message. */
export const accountsFileWords: AccountsFileWords = {
  keyOf: (key, account) => `${key} of the account ${account}`,
  expectations: {
    object: "an object",
    list: "a list",
    version: "1",
    "account-name": "called by a name of 1 to 255 bytes without control characters, slashes, or spaces at its ends",
    "name-not-anonymous": "called by a name other than anonymous and ftp, which anonymous users have",
    "password-hash": "a hash that `twinport account passwd` has made",
    folder: "the full path of a folder, without ..",
    path: "a path such as /incoming, without .. and without a slash at its end",
    permissions:
      '"all", "read-only", or a list of list, read, write, overwrite, append, delete, rename, mkdir, chmod and utime',
    pattern: 'a pattern of names such as "*.exe", or of a path such as "/in/*.tmp"',
    mount: "the full path of a folder, or an object with root and read_only",
    prefix: "an address or a network such as 192.0.2.0/24",
    "some-prefix": "a list of at least one network; leave it out to allow every address",
    "true-or-false": "true or false",
    date: "a date such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z",
    size: 'a whole number of bytes above 0, such as 1000000 or "10G"',
    "whole-number": "a whole number above 0",
    seconds: "a number of seconds above 0 and up to 1000000",
    "octal-bits": 'permission bits in octal, as text, such as "027"',
    uploads: '"atomic" or "direct"',
    charset: "a charset such as utf-8, gbk or auto:gbk",
    "tls-need": '"optional" or "required"',
    "session-reuse": '"require", "prefer" or "off"',
    fingerprint: "the SHA-256 of a certificate in hex: 64 digits, with or without colons",
  },

  sentences: {
    "file-not-there": () => "there is no such accounts file",
    "file-not-readable": ({ cause }) => `the accounts file cannot be read (${cause})`,
    "file-too-large": ({ limit }) => `the accounts file has more than ${limit} bytes`,
    "file-not-json": ({ line, column }) => `the accounts file is not JSON: look at line ${line}, column ${column}`,
    "key-twice": ({ key }) => `the key ${key} is there twice in one object`,
    "key-not-known": ({ place }) => `${place} is not a key that is known`,
    "key-missing": ({ place }) => `${place} is missing`,
    "value-not-valid": ({ place, wanted, got }) =>
      `${place} must be ${wanted}${got === undefined ? "" : `, not ${got}`}`,
    "file-open-to-others": () => "the accounts file can be read by others on this machine: chmod 600 it",
    "file-locked": () => "another program is changing the accounts file, and does not come to an end",
    "file-not-written": ({ cause }) => `the accounts file cannot be written (${cause})`,
    "too-many-logins": ({ limit, peer }) =>
      `more than ${limit} logins${peer === undefined ? "" : ` from ${peer}`} wait for their password to be checked`,
  },
};

/** The accounts file cannot be used, or not changed. The sentence names the account and the key. */
export class AccountsFileError extends Error {
  readonly code: AccountsFileErrorCode;
  readonly facts: AccountsFileFacts;

  constructor(code: AccountsFileErrorCode, facts: AccountsFileFacts, options?: ErrorOptions) {
    super(sayAccountsFileProblem(code, facts, accountsFileWords), options);
    this.name = "AccountsFileError";
    this.code = code;
    this.facts = facts;
  }
}
