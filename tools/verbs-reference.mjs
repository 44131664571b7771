// Writes docs/reference/verbs.md and its Chinese twin from the verb table: node tools/verbs-reference.mjs [--check]
// With --check it writes nothing and fails when a page is not what the table says. Needs a build; the test of these
// pages imports this file and runs on the sources.
import { availableVerbs, lookUpVerb, ruleOf, verbs } from "@twinport/protocol";
import { writePages } from "./generated-pages.mjs";

/** @typedef {import("@twinport/protocol").Verb} Verb */
/** @typedef {import("@twinport/protocol").VerbRule} VerbRule */

/**
 * What each verb does: the one thing that the table does not say. A row without a sentence does not compile.
 * @satisfies {Record<Verb, readonly [english: string, chinese: string]>}
 */
const sentences = /** @type {const} */ ({
  ABOR: [
    "Ends the transfer that runs: 426 for it, then 226. 225 if none runs.",
    "中止正在进行的传输：先对传输答 426，再答 226；没有传输时答 225。",
  ],
  ACCT: ["Not needed: 202 after the login, 503 before it.", "不需要：登录后答 202，登录前答 503。"],
  ALLO: ["Not needed: 202. No space is set aside.", "不需要：答 202，不预留空间。"],
  APPE: ["Upload to the end of a file; the file is made if it is missing.", "上传并追加到文件末尾；文件不存在时新建。"],
  AUTH: [
    "Asks for TLS. What was said before it counts for nothing: no login, no folder, no port. `TLS-P` and `SSL` also mean that data goes by TLS at once.",
    "请求 TLS。此前所说的一切（登录、目录、端口）全部作废。`TLS-P` 与 `SSL` 同时表示数据立即走 TLS。",
  ],
  AVBL: ["The bytes that a folder could still take.", "目录还能容纳的字节数。"],
  CDUP: ["Goes to the folder above.", "回到上一级目录。"],
  CLNT: ["Takes the client's name and does nothing with it.", "接受客户端名称，不作使用。"],
  CSID: [
    "Takes the client's name and tells the server's, and once logged in whether upper and lower case differ in names.",
    "接受客户端名称并告知服务器名称；登录后还说明文件名是否区分大小写。",
  ],
  CWD: ["Goes to a folder.", "进入目录。"],
  DELE: ["Removes a file.", "删除文件。"],
  EPRT: [
    "Active mode, IPv4 and IPv6: tells the server where to dial.",
    "主动模式（IPv4 与 IPv6）：告诉服务器连接哪里。",
  ],
  EPSV: [
    "Passive mode, IPv4 and IPv6: asks for a port. `EPSV ALL` shuts PASV, PORT and EPRT for this session.",
    "被动模式（IPv4 与 IPv6）：请求一个端口。`EPSV ALL` 之后本会话不再接受 PASV、PORT、EPRT。",
  ],
  FEAT: ["Lists what this session has beyond RFC 959.", "列出本会话在 RFC 959 之外支持的功能。"],
  HASH: [
    "The hash of a file's stored bytes, or of the part that RANG named. `OPTS HASH` chooses among SHA-256, SHA-512, SHA-1, MD5 and CRC32.",
    "文件所存字节的散列值，或 RANG 所指部分的散列值。`OPTS HASH` 可选 SHA-256、SHA-512、SHA-1、MD5、CRC32。",
  ],
  HELP: ["Lists the verbs, or says how one is written.", "列出命令，或说明某个命令的写法。"],
  HOST: [
    "Asks for one of the server's names before the login. An address means the server itself; other names are 504.",
    "登录前选择服务器的某个主机名。写地址即表示服务器本身；其他名称答 504。",
  ],
  LANG: ["The language of replies: English only.", "应答的语言：只有英语。"],
  LIST: [
    "Lists a folder, a file, or what patterns in the path match, as `ls -l` does; with options of `ls`: [listings](listings.md).",
    "以 `ls -l` 的格式列出目录、文件，或路径中通配符匹配的项；可用 `ls` 的选项：见[列表](listings.md)。",
  ],
  MDTM: [
    "The time of a file, in UTC. `MDTM YYYYMMDDhhmmss path` sets it, for old clients.",
    "文件的修改时间（UTC）。`MDTM YYYYMMDDhhmmss 路径` 可设置时间，供旧客户端使用。",
  ],
  MFF: [
    "Sets facts of a file: `Modify`, and `UNIX.mode` where the storage has modes. All of them or none.",
    "设置文件的属性：`Modify`，以及（存储支持权限位时）`UNIX.mode`；要么全部设置，要么都不设置。",
  ],
  MFMT: ["Sets the time of a file, in UTC.", "设置文件的修改时间（UTC）。"],
  MKD: ["Makes a folder.", "新建目录。"],
  MLSD: ["Lists a folder in the form made for programs.", "以供程序解析的格式列出目录。"],
  MLST: [
    "The same for one file or folder, on the command connection.",
    "同上，但只针对一个文件或目录，在命令连接上回答。",
  ],
  MODE: [
    "S: bytes as they are. Z: files and listings as one compressed stream (zlib); `OPTS MODE Z LEVEL 1` to `9`. Others are 504.",
    "S：字节原样传输。Z：文件和列表作为一个压缩流（zlib）传输；`OPTS MODE Z LEVEL 1` 到 `9`。其他模式答 504。",
  ],
  NLST: ["Lists names only.", "只列出名称。"],
  NOOP: ["Does nothing.", "不做任何事。"],
  OPTS: [
    "Options: `OPTS UTF8 ON`, `OPTS MLST` with the facts that are wanted, `OPTS HASH SHA-1`, `OPTS MODE Z LEVEL 9`.",
    "选项：`OPTS UTF8 ON`，`OPTS MLST` 加所需的字段，`OPTS HASH SHA-1`，`OPTS MODE Z LEVEL 9`。",
  ],
  PASS: ["The password.", "密码。"],
  PASV: ["Passive mode, IPv4 only: asks for an address and a port.", "被动模式（仅 IPv4）：请求一个地址和端口。"],
  PBSZ: [
    "Must come before PROT. TLS has buffers of its own: the size is always 0.",
    "须在 PROT 之前。TLS 自有缓冲区：大小总是 0。",
  ],
  PORT: ["Active mode, IPv4 only: tells the server where to dial.", "主动模式（仅 IPv4）：告诉服务器连接哪里。"],
  PRET: [
    "Says which transfer comes next; there is nothing to prepare for it here.",
    "预告下一次传输；本服务器无需为此准备。",
  ],
  PROT: [
    "P: data goes by TLS. C: in clear, 534 where that must not be. S and E are 536. A port that was asked for before is dropped.",
    "P：数据走 TLS。C：明文；不允许明文时答 534。S 与 E 答 536。此前请求的端口作废。",
  ],
  PWD: ["Says which folder the session is in.", "显示当前目录。"],
  QUIT: ["Ends the session; a transfer that runs is finished first.", "结束会话；正在进行的传输会先完成。"],
  RANG: [
    "The first and the last byte that the next RETR or HASH is about; `RANG 1 0` means the whole file again. RETR needs TYPE I.",
    "下一个 RETR 或 HASH 所针对的首字节和末字节；`RANG 1 0` 恢复为整个文件。RETR 需要 TYPE I。",
  ],
  REIN: [
    "Begins anew, as if just connected. TLS stays; PBSZ and PROT are forgotten.",
    "重新开始，如同刚刚连接。TLS 保持；PBSZ 与 PROT 作废。",
  ],
  REST: [
    "The byte at which the next RETR or STOR begins. For TYPE I.",
    "下一个 RETR 或 STOR 的起始字节。用于 TYPE I。",
  ],
  RETR: ["Download.", "下载。"],
  RMD: ["Removes an empty folder.", "删除空目录。"],
  RNFR: ["What is to be renamed.", "要重命名的对象。"],
  RNTO: ["Its new name; a file that has it is replaced.", "新名称；同名文件会被替换。"],
  SITE: [
    "Verbs beside the standard: CHMOD, DOCTOR, IDLE, UMASK, UTIME, WHO, and those of the embedding program. `SITE HELP` lists them.",
    "标准之外的命令：CHMOD、DOCTOR、IDLE、UMASK、UTIME、WHO，以及嵌入程序自定义的命令。`SITE HELP` 列出它们。",
  ],
  SIZE: ["The bytes of a file, in TYPE I; 550 in TYPE A.", "文件的字节数（TYPE I）；TYPE A 下答 550。"],
  SMNT: ["Known and always 502.", "认识该命令，但总是答 502。"],
  STAT: [
    "How the session and its transfer stand; with a path, a list of at most 1000 lines in the reply.",
    "会话与传输的状态；带路径时在应答中列出，最多 1000 行。",
  ],
  STOR: ["Upload; a file of that name is replaced.", "上传；同名文件会被替换。"],
  STOU: [
    "Upload under a name that nobody has; 150 says which: `FILE: name`.",
    "以唯一的名称上传；150 应答给出名称：`FILE: 名称`。",
  ],
  STRU: ["File only; others are 504.", "只支持文件结构；其他答 504。"],
  SYST: [
    "`UNIX Type: L8`, on every system, because the listings look like that.",
    "在任何系统上都答 `UNIX Type: L8`，因为列表就是这种格式。",
  ],
  TYPE: [
    "A: lines end with CRLF on the wire. I and L 8: bytes as they are. A session begins with A.",
    "A：传输时行以 CRLF 结尾。I 与 L 8：字节原样传输。会话开始时为 A。",
  ],
  USER: [
    "The account's name. A password is asked for, unless a client certificate lets the account in: 232. 530 in clear where TLS is required.",
    "账户名。会要求密码；客户端证书足以登录时答 232。要求 TLS 时，明文下答 530。",
  ],
  XCRC: [
    "The CRC32 of a file's stored bytes, or of those from a start up to an end that is not counted in. A path with numbers at its end is written in quotes.",
    "文件所存字节的 CRC32；可指定起点和终点（不含终点）。以数字结尾的路径请加引号。",
  ],
  XMD5: ["The same with MD5.", "同上，使用 MD5。"],
  XSHA: ["The same with SHA-1.", "同上，使用 SHA-1。"],
  XSHA1: ["The same with SHA-1.", "同上，使用 SHA-1。"],
  XSHA256: ["The same with SHA-256.", "同上，使用 SHA-256。"],
  XSHA512: ["The same with SHA-512.", "同上，使用 SHA-512。"],
});

const words = {
  en: {
    sentence: 0,
    title: "Verbs",
    intro: [
      "This page is generated from the verb table (`packages/protocol/src/command/verbs.ts`) by",
      "`node tools/verbs-reference.mjs`. Do not edit it; a test fails when it is stale.",
      "",
      "A session has a verb only if it can have it: no PASV where passive mode is off, no MFMT where the storage cannot set",
      "times. `HELP` and `FEAT` are printed from the same table and are true for the session that asks.",
    ],
    columns: ["Verb", "Argument", "What it does", "When", "Permission", "FEAT", "RFC"],
    when: { any: "any time", greeted: "before USER", named: "after USER", ready: "logged in" },
    atOnce: "also acted on during a transfer",
    follows: (/** @type {string} */ verb) => `directly after ${verb}`,
    secret: "never logged",
    withPath: (/** @type {string} */ permission) => `${permission}, with a path`,
    older: "Older spellings",
    olderIntro: "These mean the same, for old clients (RFC 775, RFC 1123).",
    olderColumns: ["Spelling", "Means"],
  },
  "zh-CN": {
    sentence: 1,
    title: "命令一览",
    intro: [
      "本页由 `node tools/verbs-reference.mjs` 根据命令表（`packages/protocol/src/command/verbs.ts`）生成。",
      "请勿手工修改；内容过期时测试会失败。",
      "",
      "会话只包含它真正具备的命令：关闭被动模式就没有 PASV，存储不能设置时间就没有 MFMT。",
      "`HELP` 和 `FEAT` 的回答出自同一张表，并且总是符合当前会话。",
    ],
    columns: ["命令", "参数", "作用", "何时可用", "所需权限", "FEAT", "RFC"],
    when: { any: "任何时候", greeted: "USER 之前", named: "USER 之后", ready: "登录后" },
    atOnce: "传输期间也立即执行",
    follows: (/** @type {string} */ verb) => `必须紧接 ${verb}`,
    secret: "参数不写入日志",
    withPath: (/** @type {string} */ permission) => `带路径时 ${permission}`,
    older: "旧写法",
    olderIntro: "含义相同，供旧客户端使用（RFC 775、RFC 1123）。",
    olderColumns: ["写法", "等同于"],
  },
};

/** @param {string} text */
const code = (text) => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

/** @param {readonly string[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;

/** @param {readonly string[]} columns @param {readonly (readonly string[])[]} rows */
const table = (columns, rows) => [row(columns), row(columns.map(() => "---")), ...rows.map(row)];

/** @param {string} rfc */
const rfcOf = (rfc) => (/^\d/.test(rfc) ? `RFC ${rfc}` : rfc);

/** @param {Verb} verb @param {(typeof words)["en"] | (typeof words)["zh-CN"]} say */
function rowOf(verb, say) {
  const rule = ruleOf(verb);
  const when = [
    rule.follows ? say.follows(rule.follows) : say.when[rule.phase],
    ...(rule.duringTransfer ? [say.atOnce] : []),
    ...(rule.secret ? [say.secret] : []),
  ];
  const { permission = "" } = rule;
  return [
    code(verb),
    code(rule.syntax),
    sentences[verb][say.sentence === 0 ? 0 : 1],
    when.join(say.sentence === 0 ? "; " : "；"),
    rule.permissionWithArgument ? say.withPath(permission) : permission,
    code(rule.feature ?? ""),
    rfcOf(rule.rfc),
  ];
}

/** The page as the table has it now. @param {"en" | "zh-CN"} language @returns {string} */
function page(language) {
  const say = words[language];
  const all = /** @type {Verb[]} */ (Object.keys(verbs)).sort();
  const every = new Set(all.flatMap((verb) => ruleOf(verb).needs ?? []));
  const older = availableVerbs(every).filter((word) => !(word in verbs));
  const meaning = (/** @type {string} */ word) => {
    const found = lookUpVerb(word);
    return found.kind === "verb" ? found.verb : "";
  };
  return [
    `# ${say.title}`,
    "",
    ...say.intro,
    "",
    ...table(
      say.columns,
      all.map((verb) => rowOf(verb, say)),
    ),
    "",
    `## ${say.older}`,
    "",
    say.olderIntro,
    "",
    ...table(
      say.olderColumns,
      older.map((word) => [code(word), code(meaning(word))]),
    ),
    "",
  ].join("\n");
}

/** The pages that come from the table, each with its text. */
export function verbPages() {
  return [
    { path: "docs/reference/verbs.md", text: page("en") },
    { path: "docs/zh-CN/reference/verbs.md", text: page("zh-CN") },
  ];
}

writePages(import.meta.url, verbPages);
