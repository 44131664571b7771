import type { Cause } from "../findings.ts";
import {
  admissions,
  elsewhere,
  ends,
  fromElsewhere,
  isOfProxy,
  moving,
  openControl,
  openings,
  overIp,
  placeOf,
  reasonOf,
  sight,
  spokenOf,
  stallOf,
  words,
  wrongOf,
} from "./findings-phrases-zh-cn.ts";
import type { CauseSentences, VerdictSentences } from "./finding-view.ts";
import type { FindingsMessages } from "./findings-en.ts";

const causes: Readonly<Record<Cause, CauseSentences>> = {
  "out-refused": {
    what: (view) =>
      isOfProxy(view)
        ? `代理 ${view.fact("proxy")} 没有为我们建立连接：${view.fact("cause")}。`
        : view.isControl
          ? `${view.server} ${overIp(view)}拒绝到端口 ${view.port} 的连接：那里没有程序监听，或防火墙代为拒绝，${ends.undecided}。`
          : `服务器告知了 ${view.server} 的端口 ${view.ports}，但我们到那里的连接被拒绝，拒绝者${ends[view.side]}。${sight(view)}`,
    because: (view) =>
      isOfProxy(view)
        ? `代理 ${view.fact("proxy")} 没有为我们建立连接`
        : view.isControl
          ? `${view.server} 的端口 ${view.port} ${overIp(view)}拒绝连接`
          : `到 ${view.server} 端口 ${view.ports} 的连接被拒绝`,
    open: (view) =>
      isOfProxy(view)
        ? "检查代理的地址和端口以及它允许的去向，或不使用代理（--no-proxy）"
        : view.isControl
          ? openControl(view)
          : openings.out(view),
    decide: ({ port }) => elsewhere(port),
  },
  "out-silent": {
    what: (view) =>
      view.isControl
        ? `${view.server} 的端口 ${view.port} ${overIp(view)}没有应答：${view.fact("over") ? "这条路不通" : "主机未运行"}，或防火墙丢弃了我们发出的数据包，${ends.undecided}。`
        : `服务器告知了 ${view.server} 的端口 ${view.ports}，但我们到那里的连接没有得到应答：数据包被丢弃，丢弃者${ends[view.side]}。${sight(view)}`,
    because: (view) =>
      view.isControl
        ? `${view.server} 的端口 ${view.port} ${overIp(view)}没有应答`
        : `到 ${view.server} 端口 ${view.ports} 的连接没有应答`,
    open: (view) => (view.isControl ? openControl(view) : openings.out(view)),
    decide: ({ port }) => elsewhere(port),
  },
  "in-silent": {
    what: (view) =>
      `服务器应当连接我们的端口 ${view.port}，但没有连接到来：数据包被丢弃，丢弃者${ends[view.side]}。${sight(view)}`,
    because: ({ port }) => `服务器到我们端口 ${port} 的连接没有到达`,
    open: openings.inwards,
    decide: () => fromElsewhere,
  },
  "server-425": {
    what: ({ said, isPassive, port, side, fact }) =>
      isPassive
        ? `我们连上了端口 ${port}，但服务器表示没有来自我们的数据连接${words(said)}：它看到的是${fact("stranger") ? ` ${fact("stranger")} ` : "另一个地址"}，或没有任何人。原因${ends[side]}。`
        : `服务器表示无法连接我们的端口 ${port}${words(said)}：它的连接被拒绝，拒绝者${ends[side]}。`,
    because: ({ said, port, isPassive }) =>
      isPassive ? `服务器看不到我们的数据连接${words(said)}` : `服务器到我们端口 ${port} 的连接被拒绝${words(said)}`,
    open: (view) =>
      view.isPassive
        ? "让命令连接和数据连接从同一个地址出去，并且不要让中间设备代替服务器接受连接"
        : openings.inwards(view),
    decide: ({ isPassive }) => (isPassive ? moving : fromElsewhere),
  },
  "server-refuses-mode": {
    what: ({ commands, said, side, fact }) =>
      fact("garbled")
        ? `对 ${commands} 的应答没有告知可用的端口：${fact("garbled")}。服务器就是这样应答的，或途中的中间设备改动了它。`
        : side === "undecided"
          ? `服务器拒绝 ${commands}${words(said)}：它看到的地址与我们告知的不同，您这一端有 NAT，或服务器前面有中间设备。`
          : `服务器拒绝 ${commands}${words(said)}。`,
    because: ({ commands, said, fact }) =>
      fact("garbled")
        ? `对 ${commands} 的应答没有告知端口（${fact("garbled")}）`
        : `服务器拒绝 ${commands}${words(said)}`,
    open: ({ commands, isPassive, side, blocks, fact }) =>
      fact("garbled")
        ? "在服务器日志中查看它的应答，并在途中的设备上关闭对 FTP 的检查"
        : side === "undecided"
          ? "去掉两者之间的 NAT，或改用另一种模式"
          : !blocks
            ? `让服务器也接受 ${commands}：只认识它的客户端会失败`
            : isPassive
              ? "在服务器上启用被动模式，设定端口范围并放行它"
              : "在服务器上启用主动模式",
    decide: ({ fact }) =>
      fact("garbled")
        ? "请与服务器日志中的应答相比较：若两者相同，问题就在服务器。"
        : "查看服务器看到的地址（其日志，或 twinport doctor --server）：若它属于您的网络，问题就在您这一端。",
  },
  "address-private": {
    what: ({ isPassive, fact, client, server, said }) =>
      isPassive
        ? `服务器在对 PASV 的应答中告知 ${fact("told")}：只有它自己的网络才认识这个地址。Twinport 改为连接 ${fact("peer")}；其他客户端会失败。`
        : `您的地址 ${client} 是私有地址，位于您这一端的 NAT 之后：${server} 无法连接它${words(said)}。`,
    because: ({ isPassive, fact, client }) =>
      isPassive ? `服务器告知的是私有地址 ${fact("told")}` : `您的地址 ${client} 位于您这一端的 NAT 之后`,
    open: (view) =>
      view.isPassive
        ? `让服务器告知外界所知的地址（twinport serve --passive-address ${view.fact("peer")}；vsftpd：pasv_address；ProFTPD：MasqueradeAddress）`
        : openings.by(
            view,
            `在您的 NAT 上把端口 40000-40099 转发到 ${view.client}，并让客户端告知它们（--active-ports 40000-40099 和 --active-address，后者为 NAT 的外部地址），或在 NAT 上使用 FTP 助手，但不能用 TLS`,
            ` --gateway client --from ${view.client} --client-ports 40000-40099`,
          ),
  },
  "address-wrong": {
    what: (view) => wrongOf(view).what(view),
    because: (view) => wrongOf(view).because(view),
    open: (view) => wrongOf(view).open(view),
    decide: () => "把服务器看到的地址（见其日志）与您自己网络的地址相比较：若属于其中，问题就在您这一端。",
  },
  "address-rewritten": {
    what: ({ fact }) =>
      `服务器一端的中间设备读取了对话，把对 PASV 的应答中的 ${fact("behind")} 改写为 ${fact("told")}；使用 TLS 时它做不到。`,
    because: ({ fact }) => `服务器一端的中间设备必须修正地址 ${fact("behind")}`,
    open: ({ fact }) =>
      `让服务器自己告知 ${fact("told")}（twinport serve --passive-address ${fact("told")}），并放行固定的端口范围`,
  },
  "helper-present": {
    what: ({ fact, side, isPassive }) =>
      isPassive
        ? `只有 ${fact("only").toUpperCase()} 告知的端口（${fact("passed")}）可以连上，其他（${fact("stopped")}）不行：有中间设备读取对话并开放端口，${ends[side]}。`
        : `您的地址 ${fact("told")} 是私有地址，主动模式却可以工作：您这一端的中间设备读取对话，修正地址并开放端口。使用 TLS 时它做不到。`,
    because: () => "端口由读取对话的中间设备开放",
    open: () => "使用 TLS 时不要依赖它：那时请用被动模式",
    decide: ({ port }) => elsewhere(port),
  },
  "helper-blind-under-tls": {
    what: ({ side, isPassive, port }) =>
      `${isPassive ? "被动" : "主动"}模式在明文时可用，使用 TLS 时不可用：中间设备读取对话并开放其中的端口，对话加密后就读不到端口 ${port}。该设备${ends[side]}。`,
    because: () => "开放端口的 FTP 助手在使用 TLS 时读不到对话",
    open: (view) =>
      view.isPassive
        ? openings.out(view)
        : view.side === "client"
          ? "使用被动模式，或在您的 NAT 上转发端口"
          : openings.inwards(view),
    decide: ({ port, isPassive }) => (isPassive ? elsewhere(port) : fromElsewhere),
  },
  "range-outside-firewall": {
    what: ({ fact, side }) =>
      `服务器的被动端口有些可以连上（${fact("passed")}），有些不行（${fact("stopped")}）：放行的范围与服务器使用的范围不一致。原因${ends[side]}。`,
    because: ({ fact }) => `服务器的一些被动端口不通（${fact("stopped")}）`,
    open: (view) =>
      openings.by(
        view,
        `使两者一致：放行服务器端口范围内的所有端口，或把该范围缩小到已放行的部分${view.side === "server" ? "" : `（在您这一端：放行前往 ${view.ports} 的 TCP 连接）`}`,
        " --passive-ports 起始-结束",
      ),
    decide: ({ port }) => elsewhere(port),
  },
  "range-exhausted": {
    what: ({ said, blocks }) =>
      blocks
        ? `服务器没有剩余的被动端口${words(said)}。`
        : `服务器没有足够的被动端口同时用于两个数据连接${words(said)}；单独一个可以。`,
    because: ({ said }) => `服务器没有剩余的被动端口${words(said)}`,
    open: () => "给服务器设定更大的被动端口范围，并放行它",
  },
  "tls-reuse-required": {
    what: ({ said }) => `服务器要求数据连接沿用命令连接的 TLS 会话${words(said)}：不这样做的客户端会被拒绝。`,
    because: ({ said }) => `服务器要求沿用 TLS 会话${words(said)}`,
    open: () =>
      "使用会沿用会话的客户端，或关闭这一要求（vsftpd：require_ssl_reuse=NO；ProFTPD：TLSOptions NoSessionReuseRequired）",
  },
  "tls-certificate": {
    what: ({ server, fact }) => `${server} 的证书不可信：${reasonOf(fact("reason") || fact("cause"))}。`,
    because: ({ fact }) => `服务器的证书不可信：${reasonOf(fact("reason") || fact("cause"))}`,
    open: () => "为服务器换上由客户端所知机构为此名称签发的证书，或让客户端信任现有证书（--ca、--pin）",
  },
  "tls-failed": {
    what: ({ fact, said, side }) => {
      if (fact("on") === "not-offered") return `服务器不支持 TLS${words(said)}。`;
      const where = fact("on") === "data" ? "数据连接" : "命令连接";
      return `${where}上的 TLS 未能建立${fact("cause") && `：${fact("cause")}`}${words(said)}。原因${ends[side]}。`;
    },
    because: ({ fact, said }) =>
      fact("on") === "not-offered"
        ? `服务器不支持 TLS${words(said)}`
        : `TLS 未能建立${fact("cause") && `：${fact("cause")}`}`,
    open: ({ fact }) =>
      fact("on") === "not-offered"
        ? "在服务器上启用 TLS"
        : "在服务器日志中查看 TLS 版本、加密套件和证书，并且不要让中间设备检查 TLS",
    decide: () => "请在服务器本机或另一个网络中连接：若在那里能建立 TLS，就是您途中的设备破坏了它。",
  },
  "wrong-protocol": {
    what: ({ server, port, fact }) =>
      `${server} 端口 ${port} 上的程序使用的不是所期望的协议：它使用的是${spokenOf(fact("speaks"))}。`,
    because: ({ port, fact }) => `端口 ${port} 使用的是${spokenOf(fact("speaks"))}`,
    open: ({ fact }) =>
      ({ tls: "使用 ftps://（从第一个字节起就用 TLS）", ftp: "使用 ftp:// 或 ftpes://（请求之后才用 TLS）" })[
        fact("speaks")
      ] ?? "使用正确的端口或正确的协议",
  },
  "proxy-only": {
    what: ({ server, port, fact }) =>
      `${server} 端口 ${port} 只能经由代理 ${fact("proxy")} 到达：您的网络只允许代理外出。`,
    because: ({ fact }) => `只有代理 ${fact("proxy")} 可以外出`,
    open: () => "继续使用代理和被动模式：没有人能连接代理之后的客户端",
  },
  "control-idle-cut": {
    what: ({ fact, side }) => `命令连接空闲 ${fact("seconds")} 秒即被切断，切断者${ends[side]}。`,
    because: ({ fact }) => `命令连接空闲 ${fact("seconds")} 秒后被切断`,
    open: () => "延长 NAT 或防火墙的 TCP 空闲时间，或让客户端在此期间发送 NOOP",
    decide: () => "请在另一个网络中运行 twinport doctor --idle：若在那里也被切断，问题就在服务器一端。",
  },
  "data-stalls": {
    what: (view) => stallOf(view).what(view),
    because: (view) => stallOf(view).because(view),
    open: (view) => stallOf(view).open(view),
    decide: () => moving,
  },
  "control-cut": {
    what: (view) => {
      const { fact, side, server, port } = view;
      return fact("greeted") === "no"
        ? `${server} 的端口 ${port} 接受连接后${fact("how") === "lost" ? "就关闭它" : "什么也不说"}：那里没有 FTP 服务器，或它拒绝了我们，或途中的中间设备代为应答，原因${ends[side]}。`
        : `命令连接${placeOf(view)}${fact("how") === "lost" ? "被切断" : "没有了回音"}${fact("read") === "no" ? "，而使用 TLS 时途中无人能读到它" : "：服务器结束了它，或检查对话的中间设备不接受它"}，原因${ends[side]}。`;
    },
    because: (view) =>
      view.fact("greeted") === "no"
        ? `端口 ${view.port} 接受连接后${view.fact("how") === "lost" ? "就关闭它" : "什么也不说"}`
        : `命令连接${placeOf(view)}${view.fact("how") === "lost" ? "被切断" : "没有了回音"}`,
    open: ({ fact }) =>
      fact("read") === "no"
        ? "查看服务器日志中它结束会话的原因"
        : fact("greeted") === "no"
          ? "请确认 FTP 服务器正在那里运行，并在其日志中查看它是否见过我们"
          : "在服务器日志中查看是否由它结束会话；若不是，在途中的设备上关闭对 FTP 的检查，或使用 TLS，使它无法读取",
    decide: ({ commands, isPart, fact }) =>
      fact("at") === "transfer"
        ? moving
        : isPart
          ? `请在另一个网络中发送 ${commands}：若在那里得到应答，该设备就在您这一端。`
          : "请在另一个网络中连接：若服务器在那里应答，问题就在您这一端。",
  },
  "login-refused": {
    what: ({ server, said }) => `${server} 不允许我们登录${words(said)}。`,
    because: ({ said }) => `服务器不允许我们登录${words(said)}`,
    open: ({ fact }) => admissions[fact("because")] ?? admissions["password"]!,
  },
  "name-not-found": {
    what: ({ server }) => `没有名为 ${server} 的主机。`,
    because: ({ server }) => `没有名为 ${server} 的主机`,
    open: () => "检查名称，以及本机所用的域名服务器",
  },
};

const modes = { passive: "被动模式", active: "主动模式" } as const;

const verdict: VerdictSentences = {
  use: (mode, over) => `请${over ? `通过 IPv${over} ` : ""}使用${modes[mode]}。`,
  works: (mode, over) => `请${over ? `通过 IPv${over} ` : ""}使用${modes[mode]}：它可以工作。`,
  nothing: () => "没有可用的模式。",
  before: (because, open) => `什么都无法尝试：${because}；要继续，${open}。`,
  shut: (mode, because, open) => `${modes[mode]}无法工作：${because}；要使用它，${open}。`,
  shutUnknown: (mode) => `${modes[mode]}没有成功，但原因不在网络。`,
  otherwise: (mode, isSecured) => `${isSecured ? "使用 TLS 时" : "不使用 TLS 时"}${modes[mode]}可以工作。`,
};

/** What the doctor says of findings, in Simplified Chinese. */
export const findingsZhCn: FindingsMessages = {
  causes,
  verdict,
  fix: (open) => `${open}。`,
  untried: "没有一种模式能试到结束：时间已到，而服务器应答很慢。",
  gap: "",
  comma: "、",
};
