import type { Attempt, ClientErrorCode, MirrorProblemCode, RemovalReason, TransferReason } from "@twinport/client";
import type { Facts } from "@twinport/protocol";
import { inChinese } from "./client-phrases-zh-cn.ts";
import { flagOf } from "./client-en.ts";
import type { ClientMessages } from "./client-en.ts";

/** Facts that are sentences; the others are names. */
const sentences: ReadonlySet<string> = new Set(["because", "cause", "reason", "said", "seen", "what", "why"]);

/** Facts whose texts are said in Chinese, where they are sentences of the layers below. */
function chinese(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      sentences.has(name) && typeof fact === "string" ? inChinese(fact) : fact,
    ]),
  );
}

const errors: Readonly<Record<ClientErrorCode, (facts: Facts) => string>> = {
  "url-not-valid": ({ url, because }) => `${url} 不是有效的 FTP URL：${because}`,
  "option-not-valid": ({ option, because }) => `选项 ${flagOf(option)} 无效：${because}`,
  "path-not-valid": ({ path, because }) => `${path} 不能用作路径：${because}`,
  "name-not-found": ({ host }) => `找不到主机 ${host}`,
  "connect-refused": ({ host, port }) => `${host} 拒绝连接端口 ${port}`,
  "connect-silent": ({ host, port, seconds }) => `${host} 端口 ${port} 在 ${seconds} 秒内没有应答`,
  "connect-unreachable": ({ host, port }) => `没有到 ${host} 端口 ${port} 的路由`,
  "connect-failed": ({ host, port, cause }) => `无法连接 ${host} 端口 ${port}：${cause}`,
  "proxy-failed": ({ proxy, cause }) => `代理 ${proxy} 没有接通：${cause}`,
  "not-ftp": ({ host, port, seen }) => `${host} 端口 ${port} 上不是 FTP：${seen}`,
  "server-busy": ({ said }) => `服务器现在不接受登录：${said}`,
  "login-refused": ({ user, said }) => `服务器不让 ${user} 登录：${said}`,
  "tls-not-offered": ({ said }) => `服务器不支持 TLS：${said}`,
  "tls-failed": ({ cause }) => `TLS 未能建立：${cause}`,
  "certificate-refused": ({ reason, fingerprint }) => `不接受服务器的证书：${reason}（SHA-256 ${fingerprint}）`,
  "clear-behind-auth": () => "服务器在应答 AUTH 之后发来了明文：可能是他人插入的",
  "no-mode-moves-data": () => "没有任何模式能传输数据",
  "not-found": ({ path, said }) => `不存在 ${path}：${said}`,
  refused: ({ command, said }) => `服务器拒绝 ${command}：${said}`,
  "not-supported": ({ command, said }) => `服务器不认识 ${command}：${said}`,
  "local-file": ({ path, cause }) => `${path}：${cause}`,
  "size-differs": ({ path, expected, got }) => `${path} 有 ${got} 字节，应为 ${expected} 字节`,
  "hash-differs": ({ path, algorithm, expected, got }) =>
    `${path} 与发送的内容不同：${algorithm} 为 ${got}，应为 ${expected}`,
  "source-not-repeatable": ({ moved }) => `传输 ${moved} 字节后中断，已读出的内容无法再次读取`,
  "transfer-broken": ({ moved, cause }) => `传输 ${moved} 字节后中断：${cause}`,
  "listing-too-long": ({ limit }) => `服务器的目录列表超过 ${limit}`,
  "connection-lost": ({ cause }) => `命令连接已断开：${cause}`,
  "protocol-not-followed": ({ because }) => `服务器不遵守 FTP：${because}`,
  "timed-out": ({ what, seconds }) => `${what}超过 ${seconds} 秒`,
  "remote-changed": ({ path, because }) => `${path} 在下载期间发生了变化：${because}`,
  "fxp-failed": ({ from, to, tried }) => `${from} 与 ${to} 之间无法相互连接：${tried}`,
  aborted: () => "已中断",
  closed: () => "客户端已关闭",
};

const at = ({ address, port }: Facts): string => (address === undefined ? "对方" : `${address} 端口 ${port}`);
const ours = ({ port }: Facts): string => (port === undefined ? "本机端口" : `本机端口 ${port}`);
const withSaid = ({ said }: Facts): string => (said === undefined ? "" : `：${said}`);
const withCause = ({ cause }: Facts): string => (cause === undefined ? "" : `：${cause}`);

const failures: Readonly<Record<Exclude<Attempt["outcome"], "moved">, (facts: Facts) => string>> = {
  refused: (facts) => `服务器拒绝了所要传输的内容${withSaid(facts)}`,
  stopped: () => "由本机结束",
  "command-refused": (facts) => `服务器拒绝${withSaid(facts)}`,
  "reply-not-usable": (facts) => `服务器同意了，却没有说明位置${withSaid(facts)}`,
  "dial-refused": (facts) => `${at(facts)} 拒绝连接`,
  "dial-silent": (facts) => `${at(facts)} 没有应答`,
  "dial-unreachable": (facts) => `没有到 ${at(facts)} 的路由${withCause(facts)}`,
  "nobody-came": (facts) => `服务器没有连接到${ours(facts)}`,
  "server-cannot-connect": (facts) => `服务器没有数据连接${withSaid(facts)}`,
  "data-broken": (facts) => `数据连接中断${withCause(facts)}`,
  "no-bytes": (facts) => `到 ${at(facts)} 的连接已建立，但没有任何字节通过`,
  "control-silent": () => "服务器不再应答",
  "control-lost": (facts) => `命令连接已断开${withCause(facts)}`,
  "cannot-listen": (facts) => `本机无法打开端口${withCause(facts)}`,
  "tls-failed": (facts) => `数据连接上的 TLS 未能建立${withCause(facts)}`,
};

/** How an attempt ended, of which no more is known than the word for it; another word stays as it is. */
function sayOutcome(outcome: string): string {
  const say = Object.hasOwn(failures, outcome) ? failures[outcome as keyof typeof failures] : undefined;
  return say ? say({}) : outcome;
}

/** Modes and how they ended, as `epsv dial-silent` or `epsv: dial-silent`. */
function failedBefore(failed: readonly string[]): string[] {
  return failed.map((one) => {
    const [, mode = one, outcome = ""] = /^(\w+):? (\S+)$/.exec(one) ?? [];
    return outcome === "" ? one : `${mode.toUpperCase()}（${sayOutcome(outcome)}）`;
  });
}

const transferReasons: Readonly<Record<TransferReason, string>> = {
  new: "新增",
  size: "大小不同",
  newer: "来源较新",
  older: "来源较旧",
  hash: "哈希值不同",
  "not-known": "无法比较",
  "in-the-way": "先移除占位的内容",
};

const removalReasons: Readonly<Record<RemovalReason, string>> = {
  "not-in-source": "来源中没有",
  "in-the-way": "占位",
  leftover: "上次中断的残留",
};

const problems: Readonly<Record<MirrorProblemCode, string>> = {
  "link-skipped": "是链接",
  "link-broken": "是失效的链接",
  "link-loop": "是指回自身所在处的链接",
  "special-file": "既不是文件也不是目录",
  "kind-not-known": "类型未知：服务器没有说明",
  unfinished: "是传输未完成的部分",
  "name-not-valid": "的名称会离开所在目录",
  "name-not-writable": "的名称在本系统上无法写入",
  "name-not-text": "的名称无法用此字符集读取",
  "name-not-sendable": "的名称无法用 FTP 表达",
  "name-collides": "与另一个名称变得相同",
  "in-the-way": "占据了另一类内容的位置",
  "not-listed": "无法列出",
  "listed-in-part": "没有完整列出，因此那里不删除任何内容",
  "too-deep": "层次过深",
};

/** What the client's commands say, in Simplified Chinese. */
export const clientZhCn: ClientMessages = {
  commands: {
    get: "下载文件",
    put: "上传文件",
    ls: "列出目录",
    cat: "将文件写到标准输出",
    rm: "删除文件",
    mv: "重命名或移动",
    mkdir: "创建目录",
    rmdir: "删除空目录",
    stat: "说明某个路径上有什么",
    hash: "给出服务器计算的文件哈希值",
    chmod: "设置 Unix 权限位",
    mirror: "使一个目录与另一个相同，其中之一在服务器上",
    fxp: "让一台服务器把文件直接发送到另一台",
    modes: "各处可用模式的记录",
    shell: "逐条命令地操作服务器",
  },
  arguments: {
    urls: "ftp://、ftpes://（AUTH 方式的 TLS）或 ftps://（从第一个字节起 TLS）；路径为百分号编码的 UTF-8，相对于登录目录",
    getWhat: "各个 URL，最后是本地文件或目录（默认：当前目录，同名；- 表示标准输出）",
    putWhat: "本地文件（- 表示标准输入），最后是 URL；以斜杠结尾时保留文件名",
    url: "服务器或其中目录的 URL",
    newPath: "新路径，相对于登录目录；以斜杠开头时从顶层算起；不做百分号编码",
    mirrorFrom: "来源目录：URL 或本地目录",
    mirrorTo: "目标目录：本地目录或 URL",
    fxpFrom: "文件的 URL",
    fxpTo: "在另一台服务器上的位置；以斜杠结尾时保留文件名",
    bits: "八进制权限位，如 640",
  },
  options: {
    mode: "如何建立数据连接",
    prefer: "--mode auto 先尝试哪一种（默认 passive）",
    activePorts: "主动模式在本机打开的端口，如 40000-40099",
    activeAddress: "告知服务器连接的地址（中间有 NAT 时）",
    allowSeparateTransferHost: "被动模式下服务器给出另一个公网地址时，连接到那里",
    noMemory: "不使用也不保存各处可用模式的记录（见 twinport modes）",
    proxy:
      "socks5://、http:// 或 https://（CONNECT），或 ftp://（USER user@host）；默认取自 FTP_PROXY 或 ALL_PROXY，以及 NO_PROXY",
    noProxy: "不使用代理，无论环境变量如何",
    ipv4: "只用 IPv4",
    ipv6: "只用 IPv6",
    tls: "TLS：off、explicit（AUTH）、implicit 或 if-offered（默认按 URL）",
    clearData: "命令加密时数据仍用明文（PROT C）",
    insecure: "接受任何证书：此时无法知道对方是谁",
    ca: "受信任的证书颁发机构文件（PEM）",
    pin: "服务器证书的 SHA-256，或 sha256//BASE64 形式的公钥 SHA-256；可重复",
    cert: "我方证书文件（PEM）",
    key: "其密钥文件（PEM）",
    user: "登录用户（默认按 URL，否则为 anonymous）",
    passwordStdin: "从标准输入的第一行读取密码；否则取自 TWINPORT_PASSWORD",
    netrc: "在 ~/.netrc 中查找登录信息",
    charset: "线路上名称的字符集，如 gbk；auto:gbk 表示先用 UTF-8，直到出现不是 UTF-8 的名称",
    timeout: "任何一次等待的最长秒数",
    retries: "传输中断后重新接续的次数（默认 2）",
    limitRate: "每秒字节数，如 500k",
    json: "每行输出一个 JSON 对象",
    trace: "显示每条命令、应答和尝试，并画出每次传输及其端口",
    resume: "从上次传输停止处继续",
    verify: "完成后比较：size、hash 或 nothing（默认 size；不带值时为 hash）",
    ascii: "文本：途中转换行尾",
    noTimes: "不设置修改时间",
    atomic: "以另一个名称上传，完整后再改名",
    parallel: "可以同时使用的连接数",
    algorithm: "算法（默认：服务器提供的最强算法）",
    names: "只显示名称，每行一个",
    recursive: "包括所有下级内容",
    recursiveRemove: "也删除目录及其全部内容",
    compare: "凭什么判断文件有变化：size、time 或 hash（默认：大小和时间）",
    delete: "删除来源中没有的内容",
    include: "只处理符合的内容，如 *.html、build/ 或 docs/**；可重复",
    exclude: "两边都不处理符合的内容；可重复",
    links: "来源中的符号链接：skip 不处理，follow 跟随",
    dryRun: "只说明会做什么，不执行",
    noAtomic: "直接以文件自身的名称上传，不先用其他名称",
    parents: "同时创建上级目录；已存在也不算错误",
  },
  usage: {
    notAUrl: (written) => `${written} 不是 FTP URL：应以 ftp://、ftpes:// 或 ftps:// 开头`,
    noUrl: "缺少 URL：ftp://主机/路径",
    noSourceFile: "缺少要上传的文件：put 本地文件… URL",
    namesAFolder: (url) => `${url} 是目录；要下载整个目录，请用 twinport mirror`,
    noPath: (url) => `${url} 没有指明服务器上的任何内容`,
    manyToOne: (local) => `${local} 不是目录，不能接收多个文件（目录以 / 结尾）`,
    manyToOneUrl: "上传多个文件时，URL 必须以 / 结尾",
    inputNeedsName: "来自标准输入的内容需要在 URL 中指定名称",
    inputTwice: "标准输入只能读取一次",
    mirrorNeedsOneUrl: "mirror 需要一个 URL 和一个本地目录",
    otherServer: (url) => `${url} 在另一台服务器上`,
    notBits: (written) => `权限位应为八进制，如 640，而不是 "${written}"`,
    notARange: (written) => `--active-ports 需要 起始-结束，如 40000-40099，而不是 "${written}"`,
    notARate: (written) => `--limit-rate 需要每秒字节数，如 500k 或 1.5M，而不是 "${written}"`,
    notSeconds: (option, written) => `${option} 需要大于 0 的秒数，而不是 "${written}"`,
    notRetries: (written) => `--retries 需要整数，而不是 "${written}"`,
    notParallel: (written) => `--parallel 需要大于 0 的整数，而不是 "${written}"`,
    bothFamilies: "--ipv4 与 --ipv6 同时使用就没有地址可用",
    notUsableForTls: (why) => `--ca、--cert 和 --key：这些文件的内容无法使用：${why}`,
    certNeedsKey: "--cert 与 --key 必须同时给出",
    notAPin: (written) =>
      `--pin 需要证书的 SHA-256（64 个十六进制数字），或 sha256// 加 base64 形式的公钥 SHA-256，而不是 "${written}"`,
    noPasswordOnInput: "--password-stdin：标准输入的第一行没有密码",
  },
  passwordOf: (user, host) => `${user} 在 ${host} 的密码：`,
  netrcIsOpen: (file) => `twinport：警告：他人可以读取 ${file} 中的密码（应执行 chmod 600）`,
  warning: (sentence) => `twinport：警告：${sentence}`,
  error: ({ code, facts }) => errors[code](chinese(facts)),
  failure: (message, path) => `${path === undefined ? "" : `${path}：`}${inChinese(message)}`,
  isAFolder: (url) => `${url} 是目录；标准输入的内容需要在其中指定名称`,
  partKept: "已收到的部分保留着；使用 --resume 可从那里继续",
  attempt: ({ mode, outcome, facts, seconds }) => {
    const word = mode.toUpperCase();
    const took = seconds.toFixed(1);
    return outcome === "moved"
      ? `${word}：${took} 秒内传输了数据`
      : `${word}：${failures[outcome](chinese(facts))}（${took} 秒）`;
  },
  hints: {
    passiveDropped:
      "被动模式：到服务器数据端口的连接被丢弃。通常是服务器的防火墙，需要放行其被动端口范围；也可能是我方防火墙禁止外出。",
    passiveRejected: "被动模式：服务器的数据端口是关闭的。其被动端口范围没有被防火墙放行，或没有转发到服务器。",
    passiveBroken: "被动模式：连接已建立，但没有数据通过：途中有设备将其切断。",
    passiveRefused: "被动模式：服务器已将其关闭。",
    activeDropped:
      "主动模式：服务器无法连接到本机的端口：被我方防火墙或 NAT 阻止，或服务器不能对外连接。请在本机放行一段端口并用 --active-ports 指定；在 NAT 之后还要转发这些端口，并用 --active-address 指定外部地址。",
    activeRefused: "主动模式：服务器已将其关闭，或拒绝所告知的地址。",
    activeNoPort: "主动模式：本机无法打开端口；可以换一段端口（--active-ports）。",
    tls: "TLS 隐藏了端口号：途中靠读取命令来放行端口的 NAT 或防火墙无法自行打开端口。",
    wantsTls: "服务器要求 TLS：用 ftpes:// 代替 ftp://，或加 --tls explicit。",
    nothingTried: "所要求的模式无法表示服务器的这种地址：PASV 与 PORT 只用于 IPv4，EPSV 与 EPRT 两者皆可。",
    onlyPassive: "只要求了被动模式；--mode auto 也会尝试另一种。",
    onlyActive: "只要求了主动模式；--mode auto 也会尝试另一种。",
  },
  warnings: {
    "passive-address-replaced": ({ told, dialed }) =>
      `服务器给出的数据地址 ${told} 不可达或指向别处；改用命令连接的地址 ${dialed}`,
    "preferred-port-taken": ({ port }) => `命令连接旁边的端口 ${port} 已被占用；改用其他端口`,
    "final-reply-missing": ({ why }) => `服务器没有确认完成（${inChinese(String(why))}）；大小表明已完成`,
    "mode-fell-back": ({ mode, failed }) =>
      `${String(mode).toUpperCase()} 可以传输数据；此前失败的有：${failedBefore(String(failed).split(", ")).join("、")}`,
    "connection-renewed": () => "命令连接曾断开，已重新建立",
    "transfer-resumed": ({ path, at: byte }) => `${path} 的传输中断，从第 ${byte} 字节继续`,
    "tls-not-offered": ({ said }) => `服务器不支持 TLS（${said}）：全部为明文`,
    "tls-end-missing": () => "数据末尾的 TLS 被切断；大小表明内容完整",
    "listing-line-not-understood": ({ line, because }) =>
      `列表中有一行被略去（${inChinese(String(because))}）：${line}`,
    "memory-not-written": ({ cause }) => `无法保存可用的模式：${inChinese(String(cause))}`,
    "connections-limited": ({ limit }) => `服务器最多接受我方 ${limit} 个连接`,
    "call-repeated": ({ cause }) => `再试一次：${inChinese(String(cause))}`,
    "hash-not-offered": ({ path }) => `服务器不计算哈希值：${path} 只比较大小`,
    "segments-not-possible": ({ path, cause }) => `${path} 无法分段下载（${inChinese(String(cause))}）：由一个连接完成`,
  },
  because: {
    "asked-for": "按要求",
    "worked-before": "以前可用",
    preferred: "优先",
    "clients-are-seldom-reached": "客户端通常无法被连接",
    "needs-no-address": "不需要地址",
    "boxes-rewrite-port-only": "途中的设备只认识 PORT",
    "the-other-command": "同一模式的另一条命令",
    "local-address-hidden-by-tls": "TLS 使 NAT 看不到我方地址",
    "last-resort": "没有其他办法",
    "port-only": "服务器只给出端口",
    "reply-matches-control-peer": "地址就是服务器自身的地址",
    "reply-unspecified": "服务器没有给出地址",
    "reply-unreachable": "服务器给出的地址从这里不可达",
    "reply-differs": "服务器给出了另一个地址",
    "control-peer-preferred": "使用其自身的地址",
    "told-to-trust-reply": "按选项指定",
    "told-by-option": "按选项指定",
    "control-local-address": "命令连接的本机地址",
  },
  trace: {
    reasons: (reasons) => reasons.join("，"),
    connected: (from, to) => `已连接 ${from} → ${to}`,
    secured: (protocol, isResumed) => `${protocol}${isResumed ? "，恢复了会话" : ""}`,
    attempt: (mode, because) => `尝试 ${mode}：${because}`,
    ended: (mode, seconds) => `${mode} 已完成（${seconds} 秒）`,
    dialing: (from, to, because) => `数据：从 ${from} 连接 ${to}（${because}）`,
    dialFailed: (to, code) => `数据：${to}：${sayOutcome(code)}`,
    offered: (bound, told) => `数据：打开端口 ${bound}；告知服务器 ${told}`,
    dataConnected: (local, peer) => `数据：已连接 ${local} ↔ ${peer}`,
    closed: (because) => `已关闭：${inChinese(because)}`,
  },
  figure: {
    active: "主动模式",
    passive: "被动模式",
    client: "客户端",
    server: "服务器",
    connects: "打开数据连接",
    data: "数据与 ACK",
    neverConnected: "未能连接",
    complete: (bytes) => `完成，${bytes} 字节`,
    aborted: (_bytes, code) => `中断（${sayOutcome(code)}）`,
  },
  progress: {
    left: (time) => `剩余 ${time}`,
    done: (name, size, rate) => `${name}  ${size}（${rate}）`,
  },
  mirror: {
    listed: (entries, folders) => `${folders} 个目录中的 ${entries} 个名称`,
    action: (action) => {
      const path = action.path === "" ? "." : action.path;
      switch (action.kind) {
        case "make-folder":
          return `+ ${path}/`;
        case "transfer": {
          const size = action.size === undefined ? "" : `，${action.size} 字节`;
          return `${action.replaces ? "~" : "+"} ${path}（${transferReasons[action.because]}${size}）`;
        }
        case "set-time":
          return `~ ${path}（时间）`;
        case "remove-file":
          return `- ${path}（${removalReasons[action.because]}）`;
        case "remove-folder":
          return `- ${path}/（${removalReasons[action.because]}）`;
      }
    },
    problem: ({ code, path, detail }) => `! ${path} ${problems[code]}${detail === undefined ? "" : `（${detail}）`}`,
    plan: (actions, bytes, same) => `共 ${actions} 项操作，传输 ${bytes} 字节，${same} 个文件相同`,
    result: ({ transferred, bytes, removed, same, failed }) =>
      `传输了 ${transferred} 个文件（${bytes} 字节），${same} 个相同，删除 ${removed} 个${failed === 0 ? "" : `，${failed} 个失败`}`,
    warnings: {
      "times-not-comparable": (count) => `无法比较 ${count} 个文件的时间：服务器没有说明时区`,
      "times-may-not-be-kept": () => "不知道服务器是否保留时间：只有本地较新的文件才算有变化",
      "not-atomic": () => "服务器不允许改名到位：文件直接以自身的名称写入",
      "times-not-set": (count) => `${count} 个文件没有设置时间`,
      "fewer-connections": (count) => `服务器最多接受 ${count} 个连接`,
    },
  },
  modes: {
    list: "列出记录",
    forget: "忘记一台服务器，或全部",
    host: "其名称，可带端口（默认：全部）",
    notAHost: (written) => `${written} 不是主机；应如 ftp.example.org 或 ftp.example.org:2121`,
    before: (failed) => failedBefore(failed).join("、"),
    columns: ["服务器", "来自", "模式", "得知于", "有效至", "之前失败的"],
  },
  shell: {
    notAVerb: (word) => `${word} 不是命令；help 列出所有命令`,
    usage: (usage) => `用法：${usage}`,
    verbs: {
      cd: "进入服务器上的目录，或回到登录时的目录",
      pwd: "显示在服务器上的当前目录",
      ls: "列出目录",
      get: "下载文件，或符合模式的所有文件",
      put: "上传文件，或符合模式的所有文件",
      cat: "显示文件内容",
      mkdir: "创建目录",
      rm: "删除文件",
      rmdir: "删除空目录",
      mv: "重命名或移动",
      stat: "说明某个路径上有什么",
      hash: "给出文件的哈希值",
      chmod: "设置权限位",
      lcd: "进入本地目录",
      lpwd: "显示本地当前目录",
      lls: "列出本地目录",
      quote: "原样发送 FTP 命令并显示应答",
      help: "列出命令",
      quit: "退出",
    },
  },
  ls: { heading: (url) => `${url}：` },
  stat: {
    name: "名称",
    kind: "类型",
    size: "大小",
    modified: "修改时间",
    mode: "权限",
    owner: "所有者",
    group: "组",
    target: "指向",
    kinds: { file: "文件", directory: "目录", link: "链接", other: "其他", unknown: "未知" },
    bytes: (bytes) => `${bytes} 字节`,
    serversTime: (time) => `${time}（服务器所在时区）`,
  },
};
