import { sayRulesCheck } from "./check.ts";
import type { RulesCheck } from "../firewall/check/check.ts";
import type { ServerCheckMessages } from "./server-check-en.ts";

const list = (all: readonly (string | number)[]): string => (all.length > 0 ? all.join("、") : "无");
const said = (rules: RulesCheck): string => sayRulesCheck(rules, "zh-CN").join("");

const privilege =
  "授予 CAP_NET_BIND_SERVICE（systemd：AmbientCapabilities=CAP_NET_BIND_SERVICE），或调低 net.ipv4.ip_unprivileged_port_start。";

/** What is said of a server and its machine, in Chinese. */
export const serverCheckZhCn: ServerCheckMessages = {
  checks: {
    listeners: "命令端口",
    privilege: "特权",
    "passive-range": "被动端口",
    "advertised-address": "告知的地址",
    container: "容器",
    firewall: "本机防火墙",
    "conntrack-helper": "FTP 助手",
    capacity: "容量",
    certificate: "证书",
  },
  statuses: { ok: "正常", warn: "注意", fail: "错误", unknown: "未知" },
  line: (status, title, sentence) => `［${status}］${title}：${sentence}`,
  fix: (sentence) => `处理：${sentence}`,
  works: "从本机看，客户端可以使用这台服务器。",
  worksWithFindings: "客户端可以使用；上面标出的各项值得检查。",
  worksNot: "客户端无法使用这台服务器：见上面标出的各项。",
  words: {
    listens: { what: ({ where, program }) => `${program} 正在 ${where} 监听。` },
    "listens-somebody": {
      what: ({ where }) => `${where} 上有程序在监听；从这里看不出是谁。`,
      fix: () => "以 root 运行本命令，即可看出是不是这台服务器。",
    },
    "listens-other": {
      what: ({ where, program }) => `在 ${where} 监听的是 ${program}，不是这台服务器。`,
      fix: () => "结束该程序，或让服务器改用其他端口（--listen）。",
    },
    "listens-not": {
      what: ({ where }) => `${where} 上没有程序监听：服务器没有运行，或在别处监听。`,
      fix: () => "启动服务器，或告诉本命令它在哪里监听（--listen、--listen-tls）。",
    },
    "listens-loopback": {
      what: ({ where }) => `${where} 是回环地址：只有本机的程序能到达。`,
      fix: () => "要让其他机器的客户端到达：--listen 0.0.0.0:21，IPv6 用 [::]:21。",
    },
    "listens-unseen": { what: () => "本系统不显示谁在哪里监听。" },
    "privilege-not-needed": { what: () => "没有用到特权端口：都在 1024 以上，或对所有程序开放。" },
    "privilege-there": { what: ({ ports }) => `可以使用特权端口：${list(ports)}。` },
    "privilege-unknown": { what: ({ ports }) => `从这里看不出能否使用端口 ${list(ports)}。` },
    "privilege-missing-control": {
      what: ({ port }) => `监听端口 ${port} 需要特权，而服务器没有。`,
      fix: () => privilege,
    },
    "privilege-missing-source": {
      what: ({ port }) => `没有特权，主动连接不能从端口 ${port} 发出，只能从任意端口发出；客户端的防火墙可能不放行。`,
      fix: () => privilege,
    },
    "source-held": {
      what: ({ where, program }) => `${program} 正在 ${where} 监听：主动连接不能从该端口发出。`,
      fix: () => "结束该程序，或选择其他端口（--active-source-port）。",
    },
    "range-free": { what: ({ ports }) => `端口 ${ports} 可供本服务器使用。` },
    "range-held": {
      what: ({ ports, held, programs }) =>
        `端口 ${ports} 之中，${list(held)} 被其他程序占用（${list(programs)}）：服务器会跳过它们。`,
      fix: () => "移走该程序，或选择其他范围（--passive-ports）。",
    },
    "range-held-whole": {
      what: ({ ports, programs }) => `端口 ${ports} 全部被其他程序占用（${list(programs)}）：没有被动模式。`,
      fix: () => "选择其他范围（--passive-ports）。",
    },
    "range-unseen": { what: ({ ports }) => `从这里看不出端口 ${ports} 是否空闲。` },
    "range-any": {
      what: () => "被动模式使用任意端口：无法告诉防火墙该放行哪些。",
      fix: () => "选定一个范围，如 --passive-ports 30000-30099。",
    },
    "range-privileged": {
      what: ({ ports }) => `范围 ${ports} 含有 1024 以下的端口，它们属于其他服务。`,
      fix: () => "选择更高的范围，如 --passive-ports 30000-30099。",
    },
    "range-holds-control": {
      what: ({ ports, port }) => `服务器接收命令的端口 ${port} 落在 ${ports} 之中。`,
      fix: () => "选择其他范围（--passive-ports）。",
    },
    "range-ephemeral": {
      what: ({ ports, ephemeral }) =>
        `端口 ${ports} 落在内核分配给任意程序的范围（${ephemeral}）之中：其中的端口会不时被占用。`,
      fix: ({ ports }) =>
        `选择其外的范围（--passive-ports），或将它保留：sysctl -w net.ipv4.ip_local_reserved_ports=${ports}。`,
    },
    "range-not-ephemeral": { what: ({ ephemeral }) => `内核不会把它们分配给其他程序（它分配的是 ${ephemeral}）。` },
    "range-famous": {
      what: ({ famous }) =>
        `范围中有些端口会被途中的设备当作其他协议，或被封锁：${list(famous.map(({ port, whose }) => `${port}（${whose}）`))}。`,
      fix: () => "选择不含它们的范围，如 --passive-ports 30000-30099。",
    },
    "range-not-famous": { what: () => "其中没有其他协议的知名端口。" },
    "told-connected": { what: ({ address }) => `客户端被告知的是它所连接的地址；本机有公网地址（${address}）。` },
    "told-loopback": { what: () => "只有回环客户端会来，它们被告知的就是回环地址。" },
    "told-only-private": {
      what: ({ addresses }) =>
        `本机只有私有地址（${list(addresses)}），客户端被告知的就是它们：经过 NAT 而来的客户端无法到达。`,
      fix: ({ own, ports, control }) =>
        `如果客户端经过 NAT：用 --passive-address 指定其公网地址，并让它把端口 ${list(control)} 和 ${ports} 按相同端口号转发到 ${own}。如果所有客户端都与本机在同一网络，则无需处理。`,
    },
    "told-own": { what: ({ address }) => `227 告知的 ${address} 是本机的地址。` },
    "told-elsewhere": {
      what: ({ address }) => `227 告知的 ${address} 不是本机的地址：如果它是前面的 NAT，那是对的。`,
      fix: ({ own, ports, control }) => `NAT 必须把端口 ${list(control)} 和 ${ports} 按相同端口号转发到 ${own}。`,
    },
    "told-private": {
      what: ({ address }) => `227 告知的 ${address} 是私有地址：外部来的客户端无法到达。`,
      fix: () => "告知公网地址（--passive-address），或只告知该网络的客户端：CIDR=地址。",
    },
    "told-useless": {
      what: ({ address }) => `227 告知的 ${address} 不是客户端能连接的地址。`,
      fix: () => "告知客户端所知道的本服务器地址（--passive-address）。",
    },
    "told-name": { what: ({ name, address }) => `要在 227 中告知的名称 ${name} 是 ${address}。` },
    "told-name-unknown": {
      what: ({ name }) => `要在 227 中告知的名称 ${name} 现在没有地址。`,
      fix: () => "更正名称（--passive-address），或它的 DNS 记录。",
    },
    "told-name-no-ipv4": {
      what: ({ name }) => `名称 ${name} 没有 IPv4 地址，而 227 只能告知 IPv4 地址。`,
      fix: () => "在 DNS 中给它一个，或告知一个 IPv4 地址（--passive-address）。",
    },
    "container-none": { what: () => "这不是容器：它的端口就是本机的端口。" },
    "container-host": { what: ({ kind }) => `这是使用本机网络的容器（${kind}）：它的端口就是本机的端口。` },
    container: {
      what: ({ kind }) => `这是容器（${kind}）：从这里看不出哪些端口已向外发布。`,
      fix: ({ publish }) =>
        `发布命令端口和整个被动范围，每个端口都用原来的号码（${publish}），并用 --passive-address 指定外层机器的地址。`,
    },
    "rules-exact": { what: ({ rules }) => said(rules) },
    "rules-open": { what: ({ rules }) => said(rules) },
    "rules-loopback": { what: () => "只有回环客户端会来，中间没有防火墙。" },
    "rules-missing": {
      what: ({ rules }) => said(rules),
      fix: () => "twinport firewall --for nftables（iptables、ufw、firewalld）会打印缺少的规则。",
    },
    "rules-needless": { what: ({ rules }) => said(rules), fix: () => "关闭它：没有程序在那里监听，FTP 也不需要它。" },
    "rules-unsure": { what: ({ rules }) => said(rules) },
    "rules-unread": { what: ({ why }) => `无法读取本机的规则：${why}`, fix: () => "以 root 运行本命令。" },
    "helper-none": { what: () => "本机没有设备旁读命令连接。" },
    "helper-idle": { what: () => "nf_conntrack_ftp 已加载，但没有连接交给它：它不起作用。" },
    "helper-automatic": {
      what: () =>
        "nf_conntrack_ftp 会自动旁读端口 21（net.netfilter.nf_conntrack_helper=1），改写地址，而在 TLS 下什么也读不到。",
      fix: () => "用规则放行被动范围，并关闭它：sysctl -w net.netfilter.nf_conntrack_helper=0。",
    },
    "helper-rule": {
      what: () => "有规则把命令连接交给 FTP 助手，由它放行读到的端口：在 TLS 下它什么也读不到。",
      fix: () => "用规则放行被动范围，就不再需要助手。",
    },
    "helper-unknown": { what: () => "从这里看不出是否有助手旁读。" },
    "capacity-shared": {
      what: ({ count }) =>
        `${count} 个被动端口可同时服务任意多个地址；同一地址之后的客户端，不用 TLS 时可同时服务 ${count} 个。`,
    },
    "capacity-shared-few": {
      what: ({ count }) => `只有 ${count} 个被动端口：不用 TLS 时，同一地址之后最多只有这么多客户端能同时开始传输。`,
      fix: () => "使用 100 个端口的范围，如 --passive-ports 30000-30099。",
    },
    "capacity-own": { what: ({ count, sessions }) => `${count} 个被动端口足够 ${sessions} 个会话使用。` },
    "capacity-own-few": {
      what: ({ count, sessions }) =>
        `${count} 个被动端口对应${sessions === undefined ? "不限数量的" : ` ${sessions} 个`}会话：范围可能用尽。`,
      fix: () => "端口数与会话数相同，或减少会话（--max-sessions）。",
    },
    "time-wait-many": {
      what: ({ count, most }) =>
        `系统记着 ${count} 条已结束的连接（TIME_WAIT），上限为 ${most}：超出后，旧连接可能被误认为新连接。`,
      fix: () => "调高 net.ipv4.tcp_max_tw_buckets。",
    },
    "certificate-none": {
      what: () => "没有证书：密码和文件以明文传送。",
      fix: () => "出示一个证书：--tls-cert 和 --tls-key；twinport cert 可以生成一个用于试验的证书。",
    },
    "certificate-not-needed": { what: () => "没有证书；回环客户端所说的内容不会离开本机。" },
    "certificate-good": {
      what: ({ file, names, until, days }) => `${file} 用于 ${list(names)}，有效期至 ${until}（还有 ${days} 天）。`,
    },
    "certificate-soon": {
      what: ({ file, until, days }) => `${file} 将于 ${until} 过期，还有 ${days} 天。`,
      fix: () => "续期；运行中的服务器会自动采用新文件。",
    },
    "certificate-expired": {
      what: ({ file, until }) => `${file} 已于 ${until} 过期：客户端会拒绝它。`,
      fix: () => "续期；运行中的服务器会自动采用新文件。",
    },
    "certificate-early": {
      what: ({ file, from }) => `${file} 从 ${from} 起才有效：客户端会拒绝它。`,
      fix: () => "检查本机的时钟和证书。",
    },
    "certificate-other-key": {
      what: ({ file }) => `${file} 与它的密钥不匹配。`,
      fix: () => "为每个证书给出它自己的密钥：--tls-cert 与 --tls-key 顺序一致。",
    },
    "certificate-other-names": {
      what: ({ file, names, told }) => `${file} 用于 ${list(names)}，而客户端所知的服务器是 ${list(told)}。`,
      fix: () => "使用含有该名称的证书，或让客户端使用证书中的名称。",
    },
    "certificate-forbidden": {
      what: ({ file }) => `运行本命令的用户无权读取 ${file}。`,
      fix: () => "以 root 或服务器的用户运行本命令。",
    },
    "certificate-unread": {
      what: ({ file, why }) => `${file} 不能作为证书读取：${why}`,
      fix: () => "更正 --tls-cert；twinport cert 可以生成一个用于试验的证书。",
    },
  },
};
