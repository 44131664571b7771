import type { DoctorMessages } from "./doctor-en.ts";

const tlsWords = { off: "明文", explicit: "TLS", implicit: "隐式 TLS" } as const;

/** What `twinport doctor` says, in Chinese. */
export const doctorZhCn: DoctorMessages = {
  doctor: "查明哪些模式可与某服务器配合使用、其余模式被什么挡住、该放行什么",
  url: "ftp://、ftpes://（AUTH TLS）或 ftps://（从第一个字节起就是 TLS）；列出其中的文件夹，或取其中的文件",
  server: "不检查 URL，而检查本机上的服务器：配置、端口和防火墙",
  clear: "配合 ftpes:// 使用：也试明文；密码将以明文发送",
  idle: "另让一条命令连接空闲这么多秒，看它是否还活着",
  svg: "将两种模式连同真实端口以 SVG 格式画到此文件",
  json: "输出一个 JSON 对象：verdict、attempts、findings、trace",
  noUrl: "缺少 URL：doctor ftp://主机/，或 doctor --server",
  urlAndServer: "URL 和 --server 不能同时使用",
  notIdle: (written) => `--idle 需要大于 0 的秒数，而不是 "${written}"`,
  interrupted: "已中断；以下是到目前为止的发现",
  lane: ({ family, tls }) => `IPv${family}，${tlsWords[tls]}`,
  doing: (lane, what) => `${lane}：${what} …`,
  steps: {
    connect: "登录",
    "further-port": "其他被动端口",
    bulk: "较大的文件",
    look: "那里说的是什么协议",
    "far-end": "服务器看到了什么",
    idle: "空闲等待",
  },
  refused: (command) => `服务器拒绝 ${command}`,
  byProxy: (server, proxy) => `${server}（经由 ${proxy}）`,
  noTls: "服务器没有",
  noControl: (why) => `未能登录：${why}`,
  bulk: (attempt) => `较大的文件：${attempt}`,
  alone: (attempt) => `在新的登录上单独再试：${attempt}`,
  further: (reached, shut) => {
    const words = [
      ...(reached.length > 0 ? [`可达：${reached.join("、")}`] : []),
      ...(shut.length > 0 ? [`不可达：${shut.join("、")}`] : []),
    ];
    return `其他被动端口${words.join("；")}`;
  },
  limited: (lane) => `${lane}：后来的登录未被接纳：服务器或其前面的设备限制了连接的频率或数量。`,
  elsewhere: (said) => `URL 所指的内容无法列出或取得（${said}）：各模式是在没有它的情况下尝试的。`,
  cut: "时间已到，尚有未试的项目。",
  tried: "尝试：",
  found: "发现：",
  nothingFound: "发现：没有任何阻碍。",
  at: { client: "在您这一端", server: "在服务器一端", undecided: "在两端之一" },
  sure: (confidence) => (confidence >= 0.95 ? "确定" : confidence >= 0.7 ? "很可能" : "可能"),
  about: (where, sure) => `［${where}；${sure}］`,
  fix: (sentence) => `怎么办：${sentence}`,
  decide: (sentence) => `如何判定：${sentence}`,
  page: (doc) => `详见：${doc}`,
};
