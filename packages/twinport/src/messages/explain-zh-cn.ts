import type { ExplainMessages } from "./explain-en.ts";

/** What `twinport explain` says, in Chinese. */
export const explainZhCn: ExplainMessages = {
  explain: "画出一种模式或日志中的会话，或说明一个代码的含义：断在哪里，该放行什么",
  word: "active、passive，或一个代码：425、ECONNRESET、in-silent",
  nat: "哪一端有 NAT：none（无）、client（客户端）、server（服务器）或 both（两端）",
  firewall: "哪一端有状态防火墙：none（无）、client（客户端）、server（服务器）或 both（两端）",
  tls: "命令连接已加密",
  helper: "途中的设备带有 FTP 助手（ALG），会读取命令并放行端口",
  port: "服务器的命令端口",
  sourcePort: "主动模式数据连接的源端口，或 any（任意）",
  passivePorts: "被动模式的端口，如 30000-30099，或 any（任意）",
  log: "画出日志中的会话：twinport、curl、lftp、FileZilla、basic-ftp、vsftpd、proftpd 或 pure-ftpd 的日志",
  as: "日志出自哪个程序，无法自动识别时使用",
  svg: "以 SVG 格式画到此文件",
  theme: "SVG 的配色：auto（跟随读者的系统）、light（浅色）或 dark（深色）",
  json: "输出 JSON",
  nothing: "要解释什么？active、passive、一个代码（如 425），或 --log 文件",
  wordOrLog: (word) => `${JSON.stringify(word)} 和 --log 不能同时解释，请选其一`,
  subjects: { mode: "active 和 passive", log: "--log", code: "代码" },
  notWith: (option, subjects) => `${option} 在这里不起作用：它用于${/^[a-z-]/.test(subjects) ? " " : ""}${subjects}`,
  and: " 与 ",
  themeWithoutSvg: "--theme 用于图片：请用 --svg 文件 指明写到哪里",
  notAPort: (option, value) => `${option} 需要 1 到 65535 的端口，而不是 "${value}"`,
  notARange: (value) => `--passive-ports 需要如 30000-30099 的端口范围，或 any，而不是 "${value}"`,
  notWritten: (file, why) => `无法写入 ${file}：${why}`,
};
