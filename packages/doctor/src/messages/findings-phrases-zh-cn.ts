import type { Side } from "../findings.ts";
import { openingsOf } from "./openings.ts";
import type { CauseSentences, FindingView } from "./finding-view.ts";

export const ends: Readonly<Record<Side, string>> = {
  client: "位于您这一端",
  server: "位于服务器一端",
  undecided: "位于您这一端或服务器一端，从这里看两者没有区别",
};

export const openings = openingsOf({
  inAtServer: (ports) =>
    `在服务器一端，放行进入其被动端口（此处告知的是 ${ports}）的 TCP 连接；请给服务器设定固定的端口范围并放行它`,
  outAtClient: (ports) => `在您这一端，放行前往服务器被动端口（此处告知的是 ${ports}）的 TCP 连接`,
  inAtClient:
    "在您这一端，放行从服务器（若它固定使用，则为其端口 20）到客户端所开放端口（--active-ports 40000-40099）的 TCP 连接",
  outAtServer: "在服务器一端，放行从其端口 20 到端口 1024-65535 的 TCP 连接",
  either: (one, other) => `${one}；或者${other}`,
  both: (one, other) => `${one}；并且${other}`,
  by: (text, command) => `${text}：${command}`,
  range: "起始-结束",
});

export const elsewhere = (port: string): string =>
  `请在另一个网络中运行 twinport doctor：若在那里能连上端口 ${port}，问题就在您这一端。或者在服务器上运行 twinport doctor --server。`;
export const moving =
  "请在另一个网络中运行 twinport doctor：若在那里数据可以传输，问题就在您这一端。或在服务器上运行 twinport doctor --server。";
export const fromElsewhere =
  "请在没有任何防护的主机上运行 twinport doctor 测试主动模式：若服务器能连到那里，问题就在您这一端。或者在服务器上运行 twinport doctor --server。";

export const words = (said: string): string => (said === "" ? "" : `（服务器说：${said}）`);
const sightOf: Readonly<Record<string, string>> = {
  "half-open": "服务器主机收到了我们的 SYN，但它的应答没有回来：不通的是返回的方向。",
  nothing: "服务器主机上什么也没有收到。",
};
export const sight = ({ fact }: FindingView): string => {
  if (fact("by") === "answer-came-early")
    return `拒绝在 ${fact("dialMs")} 毫秒后到来，而服务器作出任何应答至少需要 ${fact("least")} 毫秒。`;
  if (fact("by") === "both-dialled") return "两端同时互相连接时可以连通：各自都允许外出，并阻止对方进入。";
  return sightOf[fact("arrival")] ?? "";
};
/** The other address family is not in question. */
export const overIp = ({ fact }: FindingView): string => fact("over") && `通过 IPv${fact("over")} 时`;
export const isOfProxy = ({ fact }: FindingView): boolean => fact("on") === "proxy";
export const openControl = ({ port }: FindingView): string =>
  `请确认服务器正在运行并监听端口 ${port}，并放行 TCP 端口 ${port}：在服务器一端为进入方向，在您这一端为外出方向`;

/** Whose address is not the one that works. */
const wrongAddresses: Readonly<Record<string, Omit<CauseSentences, "decide">>> = {
  told: {
    what: ({ fact }) =>
      `服务器在对 PASV 的应答中告知 ${fact("told")}，而它实际位于 ${fact("peer")}：按所告知地址连接的客户端可能失败。`,
    because: ({ fact }) => `服务器告知的地址是 ${fact("told")}`,
    open: ({ fact }) => `更正服务器告知的地址（twinport serve --passive-address ${fact("peer")}）`,
  },
  us: {
    what: ({ fact, side }) =>
      `服务器看到我们的数据连接来自 ${fact("came")}，而命令连接来自 ${fact("expected")}，因而把它当作陌生人。使用了两个地址，${ends[side]}。`,
    because: ({ fact }) => `我们的数据连接以另一个地址（${fact("came")}）到达服务器`,
    open: () => "让命令连接和数据连接从同一个地址出去，或让服务器接受整个网段（twinport serve --data-peer）",
  },
  stranger: {
    what: ({ fact }) =>
      `服务器的数据连接来自 ${fact("came")}，而命令连接通往 ${fact("expected")}：客户端和防火墙会把它当作陌生人。`,
    because: ({ fact }) => `服务器从另一个地址（${fact("came")}）发起连接`,
    open: ({ fact }) => `让服务器的连接从 ${fact("expected")} 发出（其 NAT 的源地址，或它绑定的地址）`,
  },
  observed: {
    what: ({ fact, side }) =>
      `服务器看到我们的地址是 ${fact("observed")}，而我们的地址是 ${fact("told")}：途中有中间设备，${ends[side]}。`,
    because: ({ fact }) => `服务器看到我们的地址是 ${fact("observed")}`,
    open: () => "让中间设备传递客户端的地址，或使用被动模式",
  },
};
export const wrongOf = ({ fact }: FindingView) => wrongAddresses[fact("what")] ?? wrongAddresses["told"]!;

/** What becomes of a data connection that stands. */
const stalls: Readonly<Record<string, Omit<CauseSentences, "decide">>> = {
  large: {
    what: ({ fact, side }) =>
      `较短的列表可以收到，大文件在 ${fact("bytes")} 字节之后就停住：较大的数据包在途中丢失（MTU），原因${ends[side]}。`,
    because: () => "较大的数据包在途中丢失",
    open: () => "放行 ICMP 的“需要分片”和“数据包过大”消息，或在中间设备上把 MSS 限制到路径 MTU",
  },
  cut: {
    what: ({ fact, port, side }) =>
      `数据连接（端口 ${port}）已建立，但在 ${fact("bytes")} 字节之后被切断，切断者${ends[side]}。`,
    because: ({ fact }) => `数据连接在 ${fact("bytes")} 字节之后被切断`,
    open: () => "不要让中间设备检查或限制数据连接，并在服务器日志中查看它拒绝的原因",
  },
  nothing: {
    what: ({ port, side, said, isPassive }) =>
      `数据连接（端口 ${port}）已建立，但没有任何数据${words(said)}：服务器什么也没有发送，或数据包丢失${isPassive ? "，或中间设备代替服务器接受了连接而其后无人" : ""}。原因${ends[side]}。`,
    because: () => "数据连接已建立，但没有任何数据",
    open: (view) =>
      view.isPassive
        ? `把代为应答的设备之后的端口也放行：${openings.inAtServer(view)}`
        : "在服务器日志中查看它发送了什么，并且不要让中间设备检查或限制数据连接",
  },
};
export const stallOf = ({ fact }: FindingView) => stalls[fact("what")] ?? stalls["nothing"]!;

/** Where the command connection was cut. */
export const placeOf = ({ commands, fact, isPart }: FindingView): string =>
  ({ transfer: "在请求数据时立即", login: "在登录之后立即" })[fact("at")] ??
  (isPart ? `在 ${commands} 时` : "在登录之前");

export const admissions: Readonly<Record<string, string>> = {
  tls: "用 TLS 登录：把 ftp:// 换成 ftpes://",
  busy: "等服务器的会话变少后再试，或提高其上限",
  password: "检查用户名和密码，以及服务器是否允许此账户从这里登录",
};

const reasons: Readonly<Record<string, string>> = {
  "it has expired": "它已过期",
  "it is not valid yet": "它尚未生效",
  "it was revoked": "它已被吊销",
  "it is not meant for servers": "它不是用于服务器的",
  "it is self-signed": "它是自签名的",
  "its authority is not known here": "这里不认识它的签发机构",
  "its signature is wrong": "它的签名有误",
  "its chain is too long": "它的证书链过长",
  "its key is too short": "它的密钥过短",
  "it is signed in an outdated way": "它的签名方式已过时",
  "it is not the one that was pinned": "它不是所指定的那一张",
  "it has shown none": "服务器没有出示证书",
  "": "它被拒绝",
};

export function reasonOf(reason: string): string {
  return reasons[reason] ?? reason.replace(/^it is for (.+)$/, "它属于 $1");
}

export function spokenOf(seen: string): string {
  const known: Readonly<Record<string, string>> = { "": "别的协议", other: "别的协议", tls: " TLS", ftp: "明文 FTP" };
  return known[seen] ?? ` ${/^[a-z\d]+$/.test(seen) ? seen.toUpperCase() : seen}`;
}
