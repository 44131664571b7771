import type { Flow } from "../flows.ts";
import type { CheckMessages } from "./check-en.ts";

const ends = { client: "客户端", server: "服务器" } as const;
const modes = { active: "主动模式", passive: "被动模式" } as const;

const what = ({ mode, number, from, opens }: Flow): string => {
  const connection = mode === "control" ? "命令连接" : "数据连接";
  const other = from === "client" ? "server" : "client";
  const article = mode === "control" ? `第 ${number} 条` : `${modes[mode]}第 ${number} 条`;
  return opens
    ? `${ends[from]}发起${connection}（${article}）`
    : `${ends[from]}在${connection}上回应${ends[other]}（${article}）`;
};

/** What is said of a host's rules, in Chinese. */
export const checkZhCn: CheckMessages = {
  flow: what,
  ports: ({ ports, family }) => `端口 ${ports}，IPv${family}`,
  decider: ({ table, chain, rule }) =>
    rule === undefined ? `表 ${table} 中链 ${chain} 的默认策略` : `表 ${table}，链 ${chain}：${rule}`,
  exact: "规则恰好放行所需的连接，不多也不少。",
  isOpen: (family) => `IPv${family}：没有任何规则过滤进来的连接。凡是有程序监听的端口都可以访问。`,
  dropped: (flow, ports, by) => `缺少：${flow}；${ports}。丢弃它的是：${by}。`,
  rejected: (flow, ports, by) => `缺少：${flow}；${ports}。拒绝它的是：${by}。`,
  unsure: (flow, ports, by) => `不确定：${flow}；${ports}。取决于：${by}。`,
  from: (peer) => `来自 ${peer}`,
  open: (ports, by) => `开放但不需要：${ports}${by === undefined ? "" : `（${by}）`}。`,
  perhapsOpen: (ports, by) => `可能开放，但不需要：${ports}${by === undefined ? "" : `（取决于：${by}）`}。`,
  openFrom: (ports, from, by) =>
    `对从端口 ${from} 发出的连接开放，但不需要：${ports}${by === undefined ? "" : `（${by}）`}。`,
  tooWide: (ports, by) => `对所有人开放，但只有指定的网段需要：${ports}${by === undefined ? "" : `（${by}）`}。`,
  forward: (to, ports, goesTo) => {
    const where = to === "server" ? "到服务器的端口转发" : "到主动模式下那个客户端的端口转发，或 FTP 助手";
    return goesTo === undefined
      ? `缺少：${where}；${ports}。`
      : `有误：${ports} 被转发到 ${goesTo}，应当转发到${ends[to]}，端口号不变。`;
  },
  unmasqueraded: (family) => `缺少：对出站连接的地址伪装（masquerade），IPv${family}。回应无法到达私有地址。`,
  helper: "conntrack 的 FTP 助手会读取命令连接的内容；使用 TLS 时它什么也看不到。",
};
