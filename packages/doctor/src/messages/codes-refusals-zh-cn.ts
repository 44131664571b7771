import type { CodesRefusalsMessages } from "./codes-refusals-en.ts";

/** What replies of refusal mean, in Chinese. */
export const codesRefusalsZhCn: CodesRefusalsMessages = {
  "421": {
    means: "服务器结束会话，或不让会话开始",
    at: {
      greeting: {
        why: "服务器已满：会话总数过多，或来自此地址的会话过多。同时打开许多连接的客户端也会遇到。",
        todo: "减少同时的连接（--parallel），或提高服务器的上限（serve --max-sessions、--max-sessions-per-address）。",
      },
      login: {
        why: "密码多次被拒绝，或登录用时过长。",
        todo: "检查用户名和密码；等到此地址不再被禁止。",
      },
      idle: {
        why: "没有命令的时间超过了服务器的等待时间。长时间传输期间命令连接同样空闲，有些服务器也计算在内。",
        todo: "时而发送 NOOP，或延长服务器的空闲时间（serve --idle-timeout）。",
      },
      mode: {
        why: "少数服务器在数据连接没有建立时答 421 而不是 425，并关闭连接。",
        todo: "按 425 理解：twinport explain 425。",
      },
    },
  },
  "425": {
    means: "服务器没有数据连接：FTP 的第二条连接没有建立",
    at: {
      passive: {
        why: "客户端没有到达服务器打开并告知的端口：途中没有放行该范围，或告知的地址不对。",
        todo: "在服务器一侧：放行被动端口范围（twinport firewall --for nftables），有 NAT 时转发该范围，并告知公网地址（serve --passive-address）。从客户端一侧：twinport doctor URL 会说明连接走到了哪里。",
      },
      active: {
        why: "服务器无法连接客户端用 PORT 告知的端口：被客户端的防火墙或 NAT 拦住，或服务器不得向外连接。",
        todo: "改用被动模式。若需要主动模式：在客户端放行一段端口（get --active-ports），有 NAT 时转发它（--active-address）。",
      },
      mode: {
        why: "直接对 PASV 或 EPSV 回答：被动端口范围已全部占用，或被其他程序占用。",
        todo: "在服务器一侧：扩大范围（serve --passive-ports），防火墙同样放行。",
      },
      "data-tls": {
        why: "连接已建立，其上的 TLS 却没有建立：最常见的是服务器要求恢复命令连接的 TLS 会话，而客户端重新握手。",
        todo: "使用会恢复会话的客户端（Twinport、FileZilla、lftp）；或在服务器上关闭该要求（vsftpd：require_ssl_reuse=NO，ProFTPD：TLSOptions NoSessionReuseRequired）。",
      },
    },
  },
  "426": {
    means: "数据连接被关闭，传输没有完成",
    at: {
      transfer: {
        why: "连接中途断开：线路中断，设备忘记了连接，服务器放弃了停滞的传输，或客户端主动关闭（ABOR、磁盘已满）。",
        todo: "从中断处继续（--resume）。如果总在相同时间之后，检查 NAT 或防火墙的时限；如果总在第一个大包之后，检查 MTU。",
      },
      "data-tls": {
        why: "TLS 之下：对方没有发出 TLS 的结束就关闭，因此无法判断数据是否完整。",
        todo: "使用更新的客户端或服务器；比较大小。",
      },
    },
  },
  "430": {
    means: "用户名或密码不对（RFC 959 为此使用 530）",
    at: { login: { why: "服务器不允许该用户登录。", todo: "检查用户名和密码。" } },
  },
  "431": {
    means: "服务器缺少安全所需的东西：对 AUTH 而言多半是证书",
    at: {
      auth: {
        why: "服务器开启了 TLS，却无法开始：没有证书，或私钥无法读取。",
        todo: "修正服务器的证书；在此之前那里只能使用不加密的 FTP。",
      },
    },
  },
  "434": {
    means: "所请求的主机不可用（HOST），或不能在那里登录",
    at: { login: { why: "服务器没有这个主机名。", todo: "使用它拥有的主机名，或不使用 HOST。" } },
  },
  "450": {
    means: "文件暂时不可用：多半有人正在写入",
    at: {
      file: {
        why: "文件正在使用或被锁定。有些服务器在列表为空时也这样回答。",
        todo: "稍后重试；列表为空则无需处理。",
      },
    },
  },
  "451": {
    means: "服务器自身出错，未能完成",
    at: {
      file: {
        why: "磁盘出错、文件系统不可用，或服务器背后的程序失败。服务器的日志中有记录。",
        todo: "在服务器上查看日志。",
      },
      "data-tls": {
        why: "有些服务器在数据连接的 TLS 失败时这样回答。",
        todo: "按 TLS 之下的 425 理解：twinport explain 425。",
      },
    },
  },
  "452": {
    means: "没有空间：磁盘已满",
    at: { upload: { why: "服务器的磁盘已满。", todo: "在服务器上腾出空间。" } },
  },
  "500": {
    means: "服务器不理解该命令",
    at: {
      mode: {
        why: "“Illegal PORT command”：在服务器看来，PORT 中的地址不是客户端的地址，中间有 NAT。若在 EPSV 之后：服务器过旧，或读取命令的防火墙不认识 EPSV。",
        todo: "使用被动模式；不认识 EPSV 时使用 PASV。客户端会自行这样做。",
      },
      auth: {
        why: "不认识 AUTH：服务器没有 TLS。",
        todo: "在服务器上开启 TLS；允许不加密时使用 ftp://。",
      },
      login: {
        why: "vsftpd 的“OOPS: …”：它无法按现有设置运行。最常见的是 chroot 的根目录可写。",
        todo: "在服务器上：allow_writeable_chroot=YES，或使用该用户不可写的根目录。",
      },
    },
  },
  "501": {
    means: "命令的参数不对",
    at: {
      mode: {
        why: "PORT 或 EPRT 中的地址不被服务器接受：NAT 后面的私有地址，或被途中设备改写的地址。",
        todo: "使用被动模式，或告知公网地址（--active-address）。",
      },
      file: {
        why: "名称中有服务器不接受的字符，或名称过长。",
        todo: "换用其他字符集（--charset），或换一个名称。",
      },
    },
  },
  "502": {
    means: "服务器认识该命令，但不执行",
    at: {
      mode: {
        why: "服务器关闭了该模式，或版本过旧而没有 EPSV 和 EPRT。",
        todo: "使用同一模式的另一个命令（以 PASV 代替 EPSV），或另一种模式。",
      },
      auth: { why: "服务器关闭了 TLS。", todo: "开启它（serve --tls-cert），或使用 ftp://。" },
    },
  },
  "503": {
    means: "命令的顺序不对",
    at: {
      mode: {
        why: "在 EPSV ALL 之后使用 PASV 或 PORT；或 PROT 在 PBSZ 之前。",
        todo: "这是客户端的错误：更换或更新客户端。",
      },
      login: {
        why: "没有 USER 就发送 PASS，或在同一会话中再次登录。",
        todo: "这是客户端的错误，或中间代理的错误。",
      },
    },
  },
  "504": {
    means: "服务器认识该命令，但不接受这个参数",
    at: {
      mode: {
        why: "PORT 或 EPRT 中的地址不是客户端的地址，或端口低于 1024：为防止有人借服务器攻击他人而拒绝。",
        todo: "使用被动模式；在 NAT 后面使用 --active-address。",
      },
      auth: { why: "服务器不支持 AUTH TLS。", todo: "如果服务器支持，使用隐式 TLS（ftps://）。" },
    },
  },
  "521": {
    means: "不能以这种保护级别建立数据连接：这里的数据只经 TLS",
    at: {
      "data-tls": {
        why: "使用了 PROT C 或没有使用 PROT，而服务器要求 PROT P。",
        todo: "使用 ftpes://，且不带 --clear-data。",
      },
    },
  },
  "522": {
    means: "不支持该地址族；在 TLS 数据连接上则表示没有恢复会话",
    at: {
      mode: {
        why: "服务器只有 IPv4 时请求 IPv6 的 EPSV 或 EPRT，或正好相反。",
        todo: "使用命令连接的地址族：--ipv4 或 --ipv6。",
      },
      "data-tls": {
        why: "数据连接的 TLS 会话与命令连接不同，服务器一律不接受（vsftpd：“session reuse required”）。",
        todo: "使用会恢复会话的客户端；或在服务器上设置 require_ssl_reuse=NO。",
      },
    },
  },
  "530": {
    means: "未登录",
    at: {
      login: {
        why: "用户名或密码不对、账户已停用，或不得从此地址登录。对这些情况服务器的回答都相同。",
        todo: "检查用户名和密码（URL 中的密码要用百分号编码：@ 写作 %40），然后查看服务器的日志。",
      },
      auth: {
        why: "服务器要求登录之前先有 TLS（“must use encryption”、“use AUTH TLS first”）。",
        todo: "用 ftpes:// 代替 ftp://。",
      },
      greeting: {
        why: "该用户或地址的连接过多：有些服务器为此答 530。",
        todo: "减少同时的连接（--parallel）。",
      },
      mode: {
        why: "登录之前就发送命令，或会话丢失后被中间设备重新建立。",
        todo: "先登录；检查中间的设备（FTP 代理）。",
      },
    },
  },
  "532": {
    means: "存储文件需要账户（ACCT）",
    at: { upload: { why: "该用户可以读取，写入还需要更多权限。", todo: "询问服务器的管理员。" } },
  },
  "533": {
    means: "出于策略拒绝该命令保护级别：服务器不接受明文命令",
    at: { auth: { why: "使用了 CCC，或命令以明文到来。", todo: "在命令连接上保持 TLS。" } },
  },
  "534": {
    means: "出于策略拒绝：所请求的保护不够，或不被允许",
    at: {
      "data-tls": { why: "数据必须保护，而使用了 PROT C。", todo: "使用 PROT P：ftpes://，且不带 --clear-data。" },
      auth: { why: "对所有人或对此地址拒绝 AUTH。", todo: "询问服务器的管理员。" },
    },
  },
  "535": {
    means: "安全数据检查失败：多半是客户端证书",
    at: {
      auth: { why: "服务器要求客户端证书，并拒绝了它。", todo: "用 --cert 和 --key 提供正确的证书。" },
    },
  },
  "536": {
    means: "这里没有该 PROT 级别",
    at: { "data-tls": { why: "PROT S 或 PROT E：TLS 没有这些级别。", todo: "使用 PROT P。" } },
  },
  "537": { means: "这里没有该命令保护级别" },
  "550": {
    means: "文件或目录不存在，或不允许这样使用",
    at: {
      file: {
        why: "路径不对：URL 中的路径从登录目录算起（ftp://host/%2Fetc 才从根算起）。也可能是名称的字符集不同，或大小写不同。",
        todo: "先列出目录（twinport ls）；旧的中文服务器使用 --charset gbk。",
      },
      upload: {
        why: "账户或系统权限不允许，上级目录不存在，或该名称已被占用。",
        todo: "在服务器上检查目录对该账户的权限；SELinux 另有开关（ftpd_full_access）。",
      },
    },
  },
  "551": { means: "中止：不认识页面类型" },
  "552": {
    means: "超出配额：账户可保存的数量已用完",
    at: { upload: { why: "账户的配额已用完，或文件超过允许的大小。", todo: "删除一些文件，或提高配额。" } },
  },
  "553": {
    means: "不允许使用该名称",
    at: {
      upload: {
        why: "名称中有服务器系统不接受的字符、名称过长，或没有写入权限（vsftpd：“Could not create file”）。",
        todo: "换一个名称，然后检查目录的权限。",
      },
    },
  },
  "554": {
    means: "REST 的位置无效：超出文件末尾",
    at: { transfer: { why: "本地已有的部分比服务器上的文件还长。", todo: "不用 --resume，从头开始。" } },
  },
};
