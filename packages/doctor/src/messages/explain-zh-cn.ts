import type { Box } from "../explain/topology.ts";
import type { ExplainMessages } from "./explain-en.ts";

const ends = { client: "客户端", server: "服务器" };

const box = ({ side, kind }: Box): string => `${ends[side]}的${kind === "nat" ? " NAT " : "防火墙"}`;
const anyOr = (port: number | undefined): string => (port === undefined ? "（大于 1023 的任意一个）" : ` ${port} `);
const list = (boxes: readonly Box[]): string => boxes.map(box).join("和");
/** At the end of a clause. */
const boxThere = (one: Box): string => box(one).trimEnd();

/** What is said of a mode and its picture, in Simplified Chinese. */
export const explainZhCn: ExplainMessages = {
  figure: {
    active: "主动模式",
    passive: "被动模式",
    client: "客户端",
    server: "服务器",
    connects: "打开数据连接",
    data: "数据与 ACK",
    neverConnected: "未能连接",
    complete: (bytes) => `完成，${bytes} 字节`,
    aborted: (bytes, code) => (bytes > 0 ? `传输 ${bytes} 字节后中断（${code}）` : `中断（${code}）`),
  },
  between: "",
  title: { active: "主动模式", passive: "被动模式" },
  nat: { client: "客户端有 NAT", server: "服务器有 NAT", both: "两端都有 NAT" },
  firewall: { client: "客户端有防火墙", server: "服务器有防火墙", both: "两端都有防火墙" },
  tls: "TLS",
  helper: "FTP 助手",
  passes: "四步全部通过",
  breaks: (step) => `断在第 ${step} 步`,
  boxLabel: { nat: "NAT", firewall: "防火墙" },
  answer: { ok: "200", refused: "500，或 200" },
  steps: {
    active: [
      ({ n, n1, control, told, sum }) =>
        `客户端用端口 ${n} 连接服务器的命令端口 ${control}，并发送 PORT ${told}：我打开了端口 ${n1}（${sum}），你过来连接。`,
      ({ n, control, isRefused }) =>
        `服务器的端口 ${control} 应答客户端的端口 ${n}${isRefused ? "：多数服务器会拒绝，因为这不是客户端连接过来时的地址" : ""}。`,
      ({ n1, data }) => `服务器从端口${anyOr(data)}向客户端的端口 ${n1} 打开数据连接。`,
      ({ n1, data }) => `客户端的端口 ${n1} 应答服务器的端口${anyOr(data).trimEnd()}：数据与 ACK。`,
    ],
    passive: [
      ({ n, control }) => `客户端用端口 ${n} 连接服务器的命令端口 ${control}，并发送 PASV：我该连接哪里？`,
      ({ n, control, data, told, sum }) =>
        `服务器的端口 ${control} 应答客户端的端口 ${n}：227 (${told})，即我打开了端口 ${data}（${sum}），你过来连接。`,
      ({ n1, data }) => `客户端从端口 ${n1} 向服务器的端口 ${data} 打开数据连接。`,
      ({ n1, data }) => `服务器的端口 ${data} 应答客户端的端口 ${n1}：数据与 ACK。`,
    ],
  },
  crossing: {
    "begun-inside": ({ box: at, inside, outside }) =>
      at.kind === "nat" ? `${box(at)}把 ${inside} 换成 ${outside}。` : `${box(at)}放行内侧发起的连接。`,
    answers: () => "",
    "command-port": ({ box: at, to, inside }) =>
      at.kind === "nat" ? `${box(at)}把端口 ${to} 转发给 ${inside}。` : `${box(at)}放行端口 ${to}。`,
    "helper-opened": ({ box: at, to }) => `${box(at)}上的助手读到了端口 ${to}，已将其放行。`,
    unasked: ({ box: at }) => `✗\u00a0${box(at)}把它拦下：它来自外侧，也不是对任何连接的应答。`,
    "no-entry": ({ box: at, to }) => `✗\u00a0${box(at)}把它拦下：没有条目说明端口 ${to} 该交给内侧的哪台主机。`,
  },
  answersPass: "对已放行连接的应答可以通过每一台设备。",
  notReached: "走不到这一步。",
  toldUseless: {
    active: ({ inside }) =>
      `地址：客户端告知的是它在 NAT 内侧的地址 ${inside}。只连接客户端来源地址的服务器会应答 500 或 501；真去连接的也连不到任何人。`,
    passive: ({ box: at, inside, to }) =>
      `地址：服务器告知的是它在 NAT 内侧的地址 ${inside}。相信它的客户端连不到任何人；改用命令连接的地址的客户端（如 curl 和 twinport）能到达${boxThere(at)}，而那里没有转发端口 ${to}。EPSV 不告知地址，只告知端口。`,
  },
  mended: ({ box: at, inside, outside }) =>
    `地址：${box(at)}上的助手会把所告知的 ${inside} 改写成自己的地址 ${outside}。`,
  helperUse: {
    absent: undefined,
    "no-box": "助手：这里没有可以带助手的设备。",
    "blind-under-tls": "助手：TLS 使它读不到内容，因此它不放行也不改写任何东西。",
    "other-port": "助手：它只读端口 21 上的内容，除非被告知服务器的端口。",
    "not-needed": "助手：在这种模式下没有什么需要它放行。",
    needed: "助手：全靠它。使用 TLS 时它什么也读不到，第 3 步就会被拦下。",
  },
  toOpen: { broken: "要放行：", helped: "若不靠助手：" },
  opening: {
    active: {
      firewall: ({ range, peer, peerPort }) =>
        `在客户端的防火墙上，放行从 ${peer} ${peerPort === undefined ? "的任意端口" : `端口 ${peerPort} `}到客户端数据端口的 TCP；数据端口取自一小段范围（twinport：--active-ports ${range}）。`,
      nat: ({ range, inside, outside }) =>
        `在客户端的 NAT 上，把 TCP ${range} 按原端口号转发到 ${inside}；客户端从中取数据端口，并告知 NAT 的地址（twinport：--active-ports ${range} --active-address ${outside}）。`,
    },
    passive: {
      firewall: ({ range }) => `在服务器的防火墙上，放行从任何大于 1023 的端口到服务器端口 ${range} 的 TCP，仅此而已。`,
      nat: ({ range, inside, outside }) =>
        `在服务器的 NAT 上，把 TCP ${range} 按原端口号转发到 ${inside}；服务器告知 NAT 的地址（twinport serve --passive-address ${outside}）。`,
    },
  },
  limitFirst: (range) =>
    `先让服务器从一小段范围取被动端口（twinport serve --passive-ports ${range}）：否则 1024 到 65535 的端口都得放行。`,
  natMayChangePort: "服务器的 NAT 可能会改变服务器数据连接的源端口。",
  orHelper: {
    clear: (boxes) => `或者在${list(boxes)}上启用 FTP 助手，它只为这一个连接放行这一个端口。使用 TLS 时它读不到内容。`,
    tls: () => "FTP 助手帮不上忙：使用 TLS 时它读不到内容。",
    otherPort: (boxes) => `或者在${list(boxes)}上启用 FTP 助手，并告知它服务器的端口。使用 TLS 时它读不到内容。`,
  },
  otherMode: {
    passes: { active: "主动模式在这里可以通过。", passive: "被动模式在这里可以通过。" },
    breaks: {
      active: (at) => `主动模式在这里会断：第 3 步止于${boxThere(at)}。`,
      passive: (at) => `被动模式在这里会断：第 3 步止于${boxThere(at)}。`,
    },
  },
  assumed: (control) =>
    `这里的防火墙放行自己一侧发起的一切连接，以及对它们的应答；服务器的防火墙还放行端口 ${control}。`,
  stands: {
    client: (n, n1) => `端口 ${n} 和 ${n1} 代表客户端系统给出的任意端口（大于 1023）。`,
    passive: (data, range) => `端口 ${data} 代表 ${range} 中的任意一个。`,
  },
};
