import { tlsZhCn } from "./tls-zh-cn.ts";
import type { Messages } from "./en.ts";

/** What the daemon says, in Simplified Chinese. */
export const zhCn: Messages = {
  serves: (root) => `Twinport 正在提供目录 ${root}`,
  url: "地址",
  login: "登录",
  oneTimeLogin: (name, password) => `${name}，一次性密码 ${password}`,
  accountLogin: (name) => name,
  anonymousLogin: "anonymous，任意密码",
  passive: "被动模式",
  passivePorts: (from, to) => `客户端连接本机端口 ${from}-${to}`,
  active: "主动模式",
  activePort: (port) => `服务器从端口 ${port} 连接客户端`,
  anyPort: "任意",
  off: "已关闭",
  tryIt: "试一试",
  stopping: (seconds) => `正在停止；进行中的传输最多还有 ${seconds} 秒。再按一次立即停止。`,
  stopped: "已停止。",
  loggedIn: (name, peer) => `${name} 从 ${peer} 登录`,
  loginRefused: (name, peer) => `拒绝 ${name} 从 ${peer} 登录`,
  sessionRefused: (peer, because) => `拒绝来自 ${peer} 的会话：${because}`,
  transferred: (name, what, bytes, seconds) => `${name} ${what}：${bytes} 字节，用时 ${seconds} 秒`,
  transferFailed: (name, what, bytes, code) => `${name} ${what}：传输 ${bytes} 字节后失败（${code}）`,
  rootNotUsable: (root, why) => `无法提供目录 ${root}：${why}`,
  cannotListen: (endpoint, cause) => `无法监听 ${endpoint}：${cause}`,
  /** What a system error means where the daemon listens, and where it opens its folder. */
  listenCauses: {
    EADDRINUSE: "已有其他程序在监听",
    EADDRNOTAVAIL: "这不是本机的地址",
    EACCES: "没有权限；1024 以下的端口需要 root 或 CAP_NET_BIND_SERVICE",
    ENOTFOUND: "没有这个名称",
  },
  rootCauses: {
    ENOENT: "没有这个目录",
    ENOTDIR: "那不是目录",
    EACCES: "没有权限",
  },
  linesLost: (count) => `丢失了 ${count} 行日志：没有程序读取`,
  warnings: {
    "active-port-refused": (port, cause) =>
      `主动模式的数据连接无法使用端口 ${port}（${cause}），改用任意端口：只放行该端口的防火墙会拒绝这些连接`,
    "accept-failed": (endpoint, cause) => `${endpoint} 的客户端未收到欢迎即被断开：无法接受连接（${cause}）`,
    "login-banned": (peer, name, scope) =>
      scope === "name"
        ? `${name} 从 ${peer} 登录被拒绝次数过多：暂时禁止该名称从该地址登录`
        : `${peer} 尝试了过多不同的名称（最后一个是 ${name}）：暂时只允许曾从该地址登录成功的名称再次登录`,
    "passive-port-busy": (endpoint, cause) => `被动端口 ${endpoint} 无法打开（${cause}），已跳过；可能被其他程序占用`,
    "passive-address-unreachable": (peer, advertised) =>
      `${peer} 被告知连接 ${advertised}，但它从所在网络无法到达该地址：请用 --passive-address 指定它所知道的本服务器地址`,
    "passive-name-not-resolved": (name, cause) => `无法解析被动地址 ${name}（${cause}）`,
    "offers-not-taken": (clients, network, { from, to }) =>
      from === to
        ? `来自 ${network} 的 ${clients} 个客户端从未到达端口 ${from}：该端口很可能在途中被封`
        : `来自 ${network} 的 ${clients} 个客户端从未到达端口 ${from}-${to}：该范围很可能在途中被封`,
    "session-failed": (error) => `会话意外失败：${error}`,
    "storage-failed": (error) => `存储失败：${error}`,
    "accounts-failed": (error) => `无法判断一次登录：${error}`,
    "hook-failed": (error) => `钩子失败：${error}`,
    "login-in-clear": (name, peer) =>
      `密码以明文传输：${name} 从公网地址 ${peer} 未使用 TLS 发送了密码，途中任何人都可能读到密码；请更改密码，并以 --tls required 启动，或为该账户设置 "tls": "required"`,
    "foreign-protocol": {
      http: (peer, where) => `${peer} 向提供 FTP 的 ${where} 发送了 HTTP 请求；已断开`,
      tls: (peer, where) =>
        `${peer} 在 ${where} 直接开始 TLS，而此处的会话以明文开始；使用隐式 TLS（ftps://）的客户端需要单独的地址：--listen-tls`,
      other: (peer, where) => `${peer} 向 ${where} 发送了不是 FTP 的内容；已断开`,
    },
    "tls-failed": (peer, cause) => `无法与 ${peer} 建立 TLS：${cause}`,
    "clear-behind-auth": (peer, bytes) => `${peer} 的 AUTH 之后有 ${bytes} 字节明文，已丢弃：可能是途中有人插入的`,
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
    aborted: (bytes, code) => `传输 ${bytes} 字节后中止（${code}）`,
  },
  tls: tlsZhCn,
  accountsFile: {
    keyOf: (key, account) => `账户 ${account} 的 ${key}`,
    expectations: {
      object: "是对象",
      list: "是列表",
      version: "是 1",
      "account-name": "以 1 到 255 字节的名称命名，不含控制字符和斜杠，首尾没有空格",
      "name-not-anonymous": "使用 anonymous 和 ftp 以外的名称，它们属于匿名用户",
      "password-hash": "是 `twinport account passwd` 生成的哈希",
      folder: "是目录的完整路径，不含 ..",
      path: "是 /incoming 这样的路径，不含 .. 且末尾没有斜杠",
      permissions:
        '是 "all"、"read-only"，或由 list、read、write、overwrite、append、delete、rename、mkdir、chmod、utime 组成的列表',
      pattern: '是 "*.exe" 这样的名称模式，或 "/in/*.tmp" 这样的路径模式',
      mount: "是目录的完整路径，或含 root 和 read_only 的对象",
      prefix: "是地址或 192.0.2.0/24 这样的网段",
      "some-prefix": "至少列出一个网段；若允许所有地址，请去掉此项",
      "true-or-false": "是 true 或 false",
      date: "是 2027-01-31 这样的日期，或 2027-01-31T18:00:00Z 这样的时间",
      size: '是大于 0 的整数字节数，如 1000000 或 "10G"',
      "whole-number": "是大于 0 的整数",
      seconds: "是大于 0 且不超过 1000000 的秒数",
      "octal-bits": '是以文本写出的八进制权限位，如 "027"',
      uploads: '是 "atomic" 或 "direct"',
      charset: "是 utf-8、gbk 或 auto:gbk 这样的字符集",
      "tls-need": '是 "optional" 或 "required"',
      "session-reuse": '是 "require"、"prefer" 或 "off"',
      fingerprint: "是证书的 SHA-256（十六进制 64 位，可带冒号）",
    },
    sentences: {
      "file-not-there": () => "没有这个账户文件",
      "file-not-readable": ({ cause }) => `无法读取账户文件（${cause}）`,
      "file-too-large": ({ limit }) => `账户文件超过 ${limit} 字节`,
      "file-not-json": ({ line, column }) => `账户文件不是 JSON：请看第 ${line} 行第 ${column} 列`,
      "key-twice": ({ key }) => `键 ${key} 在同一个对象中出现了两次`,
      "key-not-known": ({ place }) => `${place} 不是已知的键`,
      "key-missing": ({ place }) => `缺少 ${place}`,
      "value-not-valid": ({ place, wanted, got }) =>
        `${place} 必须${wanted}${got === undefined ? "" : `，而不是 ${got}`}`,
      "file-open-to-others": () => "本机的其他用户可以读取账户文件：请执行 chmod 600",
      "file-locked": () => "另一个程序正在修改账户文件，且迟迟没有结束",
      "file-not-written": ({ cause }) => `无法写入账户文件（${cause}）`,
      "too-many-logins": ({ limit, peer }) =>
        `${peer === undefined ? "" : `来自 ${peer} 的`}等待验证密码的登录超过 ${limit} 个`,
    },
  },
  fileLogins: (count, file) => `${file} 中的 ${count} 个账户`,
  accountsReloaded: (count, file) => `${file} 已更改：现在有 ${count} 个账户`,
  accountsKept: (problem) => `${problem}；账户保持原样`,
  andUnsaid: (sentence, count) => `${sentence}；上次报告以来另有 ${count} 次`,
};
