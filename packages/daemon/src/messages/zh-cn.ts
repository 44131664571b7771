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
    "passive-port-busy": (endpoint, cause) => `被动端口 ${endpoint} 无法打开（${cause}），已跳过；可能被其他程序占用`,
    "passive-address-unreachable": (peer, advertised) =>
      `${peer} 被告知连接 ${advertised}，但它从所在网络无法到达该地址：请用 --passive-address 指定它所知道的本服务器地址`,
    "passive-name-not-resolved": (name, cause) => `无法解析被动地址 ${name}（${cause}）`,
    "session-failed": (error) => `会话意外失败：${error}`,
    "storage-failed": (error) => `存储失败：${error}`,
    "accounts-failed": (error) => `账户系统失败，无人能够登录：${error}`,
    "hook-failed": (error) => `钩子失败：${error}`,
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
};
