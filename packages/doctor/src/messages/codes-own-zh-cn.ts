import type { CodesAttemptsMessages, CodesCausesMessages, CodesClientMessages } from "./codes-own-en.ts";

/** Our own words, in Chinese. */
export const codesCausesZhCn: CodesCausesMessages = {
  "out-refused": {
    means: "连接服务器，立即被拒绝",
    todo: "在服务器一侧：放行该端口（被动端口范围），有 NAT 时转发它。被本地网络拒绝看起来也一样：请从另一个网络尝试。",
  },
  "out-silent": {
    means: "连接服务器，没有任何回应",
    todo: "在服务器一侧：放行被动端口范围（twinport firewall --for nftables）。如果同一服务器从另一个网络可用，就是本地网络不让高位端口出去。",
  },
  "in-silent": {
    means: "应当由服务器来连接本机，却没有人来",
    todo: "改用被动模式。若需要主动模式：在客户端放行一段端口（get --active-ports，twinport firewall --client），有 NAT 时转发它（--active-address）。",
  },
  "server-425": {
    means: "服务器说没有数据连接（425）",
    todo: "看应答码后面的文字；twinport explain 425 列出了常见情形。多数情况下：改用被动模式。",
  },
  "server-refuses-mode": {
    means: "服务器拒绝该模式的命令",
    todo: "使用同一模式的另一个命令（EPSV 与 PASV，EPRT 与 PORT），或另一种模式；在服务器上：开启它。",
  },
  "address-private": {
    means: "告知的地址对另一方没有意义：是 NAT 后面的地址",
    todo: "被动模式：让服务器告知公网地址（serve --passive-address），或使用 EPSV。主动模式：使用 --active-address 并转发端口范围，或改用被动模式。",
  },
  "address-wrong": {
    means: "告知或使用的地址不是可用的那个",
    todo: "在服务器上：修正它告知的地址（serve --passive-address；地址会变时写域名）。在客户端：使用不告知地址的 EPSV。",
  },
  "address-rewritten": {
    means: "途中的设备改写了命令连接中的地址或端口",
    todo: "关闭它的 FTP 助手（ALG），使用它无法改写的 TLS，或不用 21 端口。",
  },
  "helper-present": {
    means: "途中的设备读取命令连接，并打开它读到的端口（FTP 助手，ALG）",
    todo: "只要命令以明文经过 21 端口，就无需处理。但不要依赖它：请直接放行端口范围。",
  },
  "helper-blind-under-tls": {
    means: "明文下靠 FTP 助手可用，TLS 之下不可用：它读不到端口号",
    todo: "用规则代替助手放行端口：服务器的被动端口范围，或主动模式下客户端的一段端口。",
  },
  "range-outside-firewall": {
    means: "服务器被动端口范围中有的端口可以通过，有的不行：范围与规则不一致",
    todo: "在服务器上：让服务器和防火墙使用相同的范围（twinport firewall --check）。",
  },
  "range-exhausted": {
    means: "服务器已没有被动端口",
    todo: "在服务器上：扩大范围（serve --passive-ports），防火墙同样放行；或减少同时的连接。",
  },
  "tls-reuse-required": {
    means: "数据连接的 TLS 会话与命令连接不同，服务器就不接受",
    todo: "使用会恢复会话的客户端（Twinport 会）；或关闭服务器的这一要求（vsftpd：require_ssl_reuse=NO）。",
  },
  "tls-certificate": {
    means: "服务器的证书不可信：已过期、名称不符，或签发者在本机不受信任",
    todo: "在服务器上：使用有效且带完整证书链的证书。在客户端，如果认识该服务器：--ca 或 --pin；在别人的网络上绝不使用 --insecure。",
  },
  "tls-failed": {
    means: "TLS 没有建立：未提供、没有共同的版本，或被切断",
    todo: "检查服务器是否有 TLS，以及是哪一种：ftpes://（AUTH，21 端口）还是 ftps://（从第一个字节开始，990 端口）。",
  },
  "wrong-protocol": {
    means: "那里应答的不是 FTP；或应为明文处使用了 TLS，或正好相反",
    todo: "检查端口：ftp:// 和 ftpes:// 用 21，ftps:// 用 990；22 是另一种协议 SFTP。",
  },
  "proxy-only": {
    means: "只有代理才能离开这个网络",
    todo: "使用 --proxy socks5://HOST:PORT 或 http://HOST:PORT 和被动模式：没有人能替本机打开代理的门。",
  },
  "control-idle-cut": {
    means: "空闲的命令连接被切断，或被途中的设备忘记",
    todo: "以更短的间隔发送 NOOP，延长设备或服务器的时间，或让 TCP keepalive 短于设备的时间。",
  },
  "data-stalls": {
    means: "数据连接已建立，却没有数据，或只有很少的数据",
    todo: "减小途中的 MTU 或 MSS（VPN、PPPoE）；检查代替服务器应答的代理；用 --resume 继续。",
  },
  "control-cut": {
    means: "命令连接被切断，或没有应答：在发出模式命令时、在等待欢迎信息时，或一请求数据就如此",
    todo: "有设备在读取命令，并且不接受它：以 EPSV 代替 PASV（或反之），使用 TLS，或不用 21 端口。",
  },
  "login-refused": {
    means: "服务器不允许该用户登录，因此后面的都无法尝试",
    todo: "检查用户名和密码；服务器要求 TLS 时使用 TLS；然后查看服务器的日志。",
  },
  "name-not-found": {
    means: "不认识该域名：在这里它没有地址",
    todo: "检查拼写；询问另一个域名服务器；只有一种地址时使用 --ipv4 或 --ipv6。",
  },
};

/** Why a mode has not moved bytes. */
export const codesAttemptsZhCn: CodesAttemptsMessages = {
  "command-refused": { means: "服务器拒绝了 EPSV、PASV、EPRT 或 PORT" },
  "reply-not-usable": { means: "服务器同意了，但应答中读不出端口" },
  "dial-refused": { means: "被动模式：服务器的端口拒绝连接" },
  "dial-silent": { means: "被动模式：服务器的端口没有应答" },
  "dial-unreachable": { means: "被动模式：无法到达该地址" },
  "nobody-came": { means: "主动模式：服务器同意了，却没有来到本机端口" },
  "server-cannot-connect": { means: "服务器说没有数据连接（425）" },
  "data-broken": { means: "数据连接在传送任何字节之前中断" },
  "no-bytes": { means: "数据连接已建立，却没有传送任何字节" },
  "control-silent": { means: "服务器在命令连接上不再应答" },
  "control-lost": { means: "命令连接已断开" },
  "cannot-listen": {
    means: "主动模式：本机无法打开端口",
    at: { local: { why: "--active-ports 的范围已被占用，或低于 1024。", todo: "换一个范围。" } },
  },
  "tls-failed": codesCausesZhCn["tls-failed"],
};

/** What stopped the client. */
export const codesClientZhCn: CodesClientMessages = {
  "url-not-valid": {
    means: "不是 FTP URL",
    at: {
      local: {
        why: "有字符需要写成百分号形式，或协议名不对。",
        todo: "写作 ftp://user@host/path；名称中的 @ 写作 %40，# 写作 %23。",
      },
    },
  },
  "option-not-valid": {
    means: "选项的值无效",
    at: { local: { why: "错误信息会说明是哪一个。", todo: "全部选项见 docs/zh-CN/reference/client.md。" } },
  },
  "path-not-valid": {
    means: "该路径无法用 FTP 表达",
    at: { local: { why: "其中有换行或 NUL，或有该字符集没有的字符。", todo: "换一个名称，或使用 --charset。" } },
  },
  "name-not-found": codesCausesZhCn["name-not-found"],
  "connect-refused": {
    means: "主机拒绝对命令端口的连接",
    at: { connect: { why: "那里没有服务器监听，或被防火墙拒绝。", todo: "检查主机和端口，以及服务器是否在运行。" } },
  },
  "connect-silent": {
    means: "命令端口没有应答",
    at: {
      connect: {
        why: "任意一端的防火墙将其丢弃，地址不对，或只有代理才能出去。",
        todo: "从另一个网络尝试；有代理时使用 --proxy。",
      },
    },
  },
  "connect-unreachable": {
    means: "无法到达该主机",
    at: { connect: { why: "没有路由；常见于没有 IPv6 却使用 IPv6。", todo: "使用 --ipv4，然后检查网络。" } },
  },
  "connect-failed": {
    means: "命令连接没有建立",
    at: { connect: { why: "错误信息中有系统给出的词。", todo: "用 twinport explain 查询该词，例如 ECONNRESET。" } },
  },
  "proxy-failed": {
    means: "代理没有为本机建立连接",
    at: {
      proxy: {
        why: "它要求登录、不认识主机，或只放行部分端口：HTTP 代理常常只放行 443。",
        todo: "在代理的 URL 中写明用户名和密码；使用 SOCKS 代理；请代理的管理员放行 21 和服务器的被动端口范围。",
      },
    },
  },
  "not-ftp": { means: "那里应答的不是 FTP" },
  "server-busy": {
    means: "服务器暂不接受任何人（以 421 作为欢迎语）",
    at: { greeting: { why: "会话总数过多，或来自此地址的会话过多。", todo: "等待；减少同时的连接（--parallel）。" } },
  },
  "login-refused": codesCausesZhCn["login-refused"],
  "tls-not-offered": {
    means: "要求 TLS，而服务器没有",
    at: {
      auth: {
        why: "AUTH 被拒绝：TLS 已关闭，或该端口使用隐式 TLS。",
        todo: "使用 ftps://（990 端口），或在服务器上开启 TLS。",
      },
    },
  },
  "tls-failed": codesCausesZhCn["tls-failed"],
  "certificate-refused": { means: "服务器的证书不受信任" },
  "clear-behind-auth": {
    means: "在 AUTH 的应答之后有明文到来：可能是他人放入的",
    at: { auth: { why: "途中有人试图夹带命令，或服务器有旧的缺陷。", todo: "换一个网络；更新服务器。" } },
  },
  "no-mode-moves-data": { means: "被动模式和主动模式都没有传送数据" },
  "not-found": {
    means: "文件或目录不存在",
    at: { file: { why: "路径不对，或从另一个目录算起。", todo: "对上级目录使用 twinport ls。" } },
  },
  refused: {
    means: "服务器拒绝该命令",
    at: { file: { why: "它的说明写在后面：权限、配额或名称。", todo: "用 twinport explain 查询应答码，例如 550。" } },
  },
  "not-supported": {
    means: "服务器不认识该命令",
    at: { file: { why: "服务器较旧，或功能较少。", todo: "不使用该功能：错误信息会说明请求的是什么。" } },
  },
  "local-file": {
    means: "无法读写本地文件",
    at: { local: { why: "系统给出的词写在后面。", todo: "用 twinport explain 查询该词，例如 EACCES。" } },
  },
  "size-differs": { means: "另一端的文件大小与应有的不同" },
  "hash-differs": {
    means: "文件与所发送的不同",
    at: {
      transfer: {
        why: "在途中或其间被改动，或按文本传送（TYPE A）而改变了换行。",
        todo: "不用 --ascii 重新传送；使用无人能改动的 TLS。",
      },
    },
  },
  "source-not-repeatable": { means: "传输中断，而已读取的内容无法再读一次" },
  "transfer-broken": { means: "传输中途中断" },
  "listing-too-long": {
    means: "列表超过上限",
    at: { file: { why: "目录中的文件极多，或服务器发个不停。", todo: "列出较小的目录。" } },
  },
  "fxp-failed": { means: "两个服务器彼此没有建立连接" },
  "remote-changed": {
    means: "文件在下载期间发生了变化",
    at: { transfer: { why: "有人正在写入它。", todo: "等写完后重试。" } },
  },
  "connection-lost": { means: "命令连接已断开" },
  "protocol-not-followed": { means: "服务器不遵守 FTP" },
  "timed-out": { means: "用时超过允许的时间" },
  aborted: {
    means: "已取消",
    at: { local: { why: "由 Ctrl-C 或程序取消。", todo: "无需处理。" } },
  },
  closed: {
    means: "客户端已经关闭",
    at: { local: { why: "程序在关闭之后仍提出请求。", todo: "在调用 close 之前提出，或重新连接。" } },
  },
};
