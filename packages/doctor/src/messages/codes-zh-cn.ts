import { codesAttemptsZhCn, codesCausesZhCn, codesClientZhCn } from "./codes-own-zh-cn.ts";
import { codesCurlZhCn, codesErrnoZhCn } from "./codes-errors-zh-cn.ts";
import { codesRepliesZhCn } from "./codes-replies-zh-cn.ts";
import type { CodesMessages } from "./codes-en.ts";

/** What `twinport explain CODE` says, in Chinese. */
export const codesZhCn: CodesMessages = {
  words: {
    reply: codesRepliesZhCn,
    errno: codesErrnoZhCn,
    curl: codesCurlZhCn,
    cause: codesCausesZhCn,
    client: codesClientZhCn,
    attempt: codesAttemptsZhCn,
  },
  moments: {
    lookup: "查询域名时",
    connect: "连接命令端口时",
    proxy: "在代理处",
    greeting: "代替欢迎语出现",
    auth: "在命令连接上建立 TLS 时（AUTH）",
    login: "登录时（USER、PASS）",
    mode: "在 PASV、EPSV、PORT 或 EPRT 之后",
    passive: "被动模式，在 LIST、RETR 或 STOR 之后：由客户端连接",
    active: "主动模式，在 LIST、RETR 或 STOR 之后：由服务器连接",
    "data-tls": "在数据连接上建立 TLS 时（PROT P）",
    transfer: "传送数据期间",
    idle: "停顿之后",
    file: "操作文件或目录时",
    upload: "上传时",
    local: "在本机上",
  },
  sides: {
    client: "在客户端一侧",
    server: "在服务器一侧",
    undecided: "任意一侧或途中：单从一端无法判断",
  },
  title: (word, means) => `${word}：${means}`,
  why: "原因：",
  where: "位置：",
  todo: "处理：",
  examine: "进一步查明：",
  page: "页面：",
  comma: "、",
  findings: "相关结论：",
  asClass: (first, means) => `不在 RFC 959 之中；以 ${first} 开头的应答表示：${means}`,
  notKnown: (word, near) =>
    near.length === 0
      ? `没有关于 ${JSON.stringify(word)} 的说明；可以解释应答码、错误名（ECONNRESET）、“curl 28”或诊断结论（out-silent）`
      : `没有关于 ${JSON.stringify(word)} 的说明；是否指 ${near.join("、")}？`,
};
