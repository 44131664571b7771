import type { DataMode } from "@twinport/protocol";
import type { Role } from "../firewall/check/check.ts";
import type { FlowText } from "../firewall/flow-text.ts";
import type { FirewallWords } from "./firewall-en.ts";

const modeNames: Readonly<Record<DataMode, string>> = { active: "主动", passive: "被动" };
const modes = (list: readonly DataMode[]): string => list.map((mode) => modeNames[mode]).join("、");

const flows: Readonly<Record<FlowText, string>> = {
  "control 1": "客户端发起控制连接",
  "control 2": "服务器在其上响应",
  "active 3": "服务器发起数据连接",
  "active 4": "客户端在其上发送 ACK 和数据",
  "passive 3": "客户端发起数据连接",
  "passive 4": "服务器在其上发送 ACK 和数据",
};

const roles: Readonly<Record<Role, string>> = {
  server: "服务器主机",
  client: "客户端主机",
  "gateway-server": "服务器前面的网关",
  "gateway-client": "客户端前面的网关",
};

/** What the firewall rules say, in Chinese. */
export const firewallZhCn: FirewallWords = {
  mode: modeNames,
  flow: (list, number, flow) => `FTP ${modes(list)} ${number}：${flows[flow]}`,
  flowAlone: (flow) => flows[flow],
  answers: "FTP 2、4：已建立连接上的响应",
  title: (role, list) => `${roles[role]}的 FTP 规则：${modes(list)}模式`,
  load: (command) => `加载方法：${command}`,
  shut: "其余一律关闭，出入皆然：包括 ssh、域名解析、DHCP 和时间同步。加载之前请加上自己的规则。",
  shutThrough: "其余一律关闭，无论经过网关还是进入网关，包括 ssh。加载之前请加上自己的规则。",
  replacesAll: "它会替换下列各表中的全部规则，包括 Docker 的规则。",
  otherTables: "这是一张独立的表：别的表丢弃的仍会丢弃。twinport firewall --check 能找出这样的表。",
  othersStay: "现有规则保持不变：它们放行的仍然开放。",
  addToYours: "用于加入已放行响应（established）的现有规则。",
  ownLine: (line) => `自己的规则，例如：${line}`,
  untouched: "运行之前不会改变任何设置。",
  noSourcePort: "这种格式不能限定源端口：任何源端口都可以。",
  noNetworks: (networks) => `这种格式不能限定来源网段：${networks} 须在别处限定。`,
  onlyNew: "只需允许按下表发起连接，其响应由状态跟踪放行。",
  nothingToOpen: "没有需要开放的端口。",
  related: "相关的 ICMP：数据包过大、不可达",
  neighbours: "IPv6 查找邻居和路由器",
  notes: {
    "helper-not-here": () => "这种格式没有 FTP 助手（helper）：改为开放端口范围。",
    "loopback-only": () => "服务器只监听回环地址：外部无法到达，不需要任何规则。请使用 --listen 地址:端口。",
    "helper-blind": () =>
      "AUTH TLS 之后助手什么也读不到：这样的会话在此无法建立数据连接。不用 --helper 则对所有会话开放端口范围。",
    "helper-and-nat": () => "NAT 还需要助手的另一半：modprobe nf_nat_ftp",
    "helper-implicit": ({ ports }) => `端口 ${ports} 一开始就是 TLS，助手无法读取：那里无法建立数据连接。`,
    "helper-tells-inner": () =>
      "助手会自行把外部地址写入 PASV 的回复：服务器应告知自己的地址，不要用 --passive-address。",
    "tell-outer-address": () => "服务器必须告知外部地址：在 serve 和这里都加上 --passive-address 地址。",
    "inner-networks-assumed": () => "假定客户端位于私有网段。请用 --from 网段 指明；IPv6 应为公有网段。",
    "client-tells-outer": () => "客户端必须告知网关的外部地址，并使用这些端口：--active-address、--active-ports。",
    "active-behind-nat": () =>
      "主动模式在 IPv4 下无法穿过这个 NAT：需要 --helper，或把端口转发给一个客户端（--from 该客户端地址，--client-ports）。",
    "client-ports-wide": ({ ports }) =>
      `任何从主动模式源端口发起连接的主机都能到达客户端的端口 ${ports}：请用 --client-ports 指定较小的范围，并与 get --active-ports 一致。`,
    "passive-ports-any": () => "服务器可能使用任何端口：请用 --passive-ports 指定范围，只开放这一范围。",
  },
  ufw: {
    beforeRules: (file) => `ufw 没有对应的命令：请放入 ${file}，位于 *filter 一行之前`,
    forwarding: "并在 /etc/ufw/sysctl.conf 中设置：net/ipv4/ip_forward=1，net/ipv6/conf/all/forwarding=1",
    switchOn: "ufw enable 在启用之前会询问",
  },
  firewalld: {
    oneEnd: "富规则（rich rule）只能限定一端的端口：另一端的端口不限。",
    zones: "请把接口放入各自的区域：外侧放入 external，内侧放入 internal",
    defaultZone: "没有指定区域的接口都适用这些规则",
  },
  windows: {
    powershell: "以管理员身份在 PowerShell 中运行",
    helper: "Windows 的助手只读取端口 21",
  },
  docker: {
    image: "运行 twinport 的镜像",
    runWith: "不用 compose 时的等效命令：",
    sameNumbers: "内外端口号必须相同：客户端连接的正是服务器告知的端口号",
    active: (port) =>
      `主动模式不需要发布端口：容器从端口 ${port} 向外连接，只要没有其他程序占用，Docker 的 NAT 就保留这个端口号。若对方防火墙坚持这个端口：network_mode: host。`,
    proxy:
      "连接若经过 Docker 自带的代理（容器没有 IPv6 而客户端使用 IPv6，或 rootless Docker），所有客户端都显示为同一地址：主动模式会被拒绝，被动模式则每次传输占用一个端口。",
    outbound: (flow) => `本机防火墙必须允许出站：${flow}`,
    privileged: "容器内无需 root 即可使用小于 1024 的端口",
    address: "客户端所知的本机地址",
    publishes: "Docker 自行开放已发布的端口，绕过 ufw 和 firewalld：限制规则应放入 DOCKER-USER 链。",
  },
  kubernetes: {
    shut: "进出这些 Pod 的其余连接一律关闭，包括域名解析（DNS），前提是集群网络支持 NetworkPolicy",
    loadBalancer: "负载均衡器对外必须使用相同的端口号；许多负载均衡器只允许几十个端口",
    nodePorts: "作为节点端口，只有 30000-32767 可用，范围内的端口号内外相同；控制端口则只能换成别的端口",
    noNodePorts: (ports) =>
      `${ports} 不在 30000-32767 之内：没有负载均衡器（只用节点端口）时被动模式无法工作。请在 30000-32767 内选择 --passive-ports。`,
    manyPorts: (count) => `Service 不支持端口范围：共 ${count} 项。十个端口就能服务任意多个客户端地址。`,
    oneClientOnePod: "客户端必须到达告知它端口的那个 Pod：使用单副本，或下面的会话亲和性",
    hostPorts: "没有负载均衡器时，在 Pod 中使用：每个端口一个同号的 hostPort，或 hostNetwork: true",
    dialsOut: "主动模式下连接来自节点的地址，而不是负载均衡器的地址：许多客户端会拒绝，应使用被动模式。",
    keepsAddress: "Local 保留客户端地址，服务器以此区分客户端",
    sourcePort: "NetworkPolicy 不能限定源端口；响应由状态跟踪放行",
    names: "标签为 app: twinport 的 Pod",
  },
  aws: {
    stateful: "安全组跟踪状态：响应不需要规则",
    stateless: "网络 ACL 不跟踪状态：文章中的每一行都要写出，两个方向都要",
    noEgress: "没有出站规则的安全组会放行一切，所以这里有一条什么也不放行的规则",
    acl: "它属于子网：请与子网关联，其中所有主机都受它约束",
    pathMtu: "ICMP：数据包过大",
    quota: "每个方向默认最多 20 条 ACL 规则，更多须申请",
    shell: "用于已有的安全组和 ACL：请设置 GROUP 和 ACL",
  },
  table: {
    columns: ["编号", "从", "端口", "到", "端口", "内容"],
    client: "客户端",
    server: "服务器",
    begins: (text) => `${text}（由此发起）`,
    modeTitle: (mode) => `${modeNames[mode]}模式`,
    networks: (list) => `客户端：${list}`,
    addresses: (list) => `服务器：${list}`,
    helper: "第 3、4 行由助手放行：它从第 1、2 行读到端口后开放。",
    forwards: (ports, to) => `NAT 把端口 ${ports} 转发到 ${to}，端口号不变。`,
    masquerades: (ports) => `NAT 把自己的地址写入发往端口 ${ports} 的连接。`,
    advertised: (address) => `服务器告知的地址：${address}。`,
  },
};
