import type { CodesCurlMessages, CodesErrnoMessages } from "./codes-errors-en.ts";

/** What errors of the system and of TLS mean, in Chinese. */
export const codesErrnoZhCn: CodesErrnoMessages = {
  ECONNREFUSED: {
    means: "对方立即作出了回答：该端口没有程序监听，或防火墙明确拒绝",
    at: {
      connect: {
        why: "该端口没有运行服务器，或被防火墙拒绝。数据包没有丢失：有设备作了回答。",
        todo: "检查主机和端口（21；隐式 TLS 为 990；Twinport 默认为 2121），以及服务器是否在该地址监听。",
      },
      local: {
        why: "主动模式下服务器自己的日志可能有它：客户端的机器作了回答，而那里没有程序监听。",
        todo: "按主动模式的 425 理解：twinport explain 425。",
      },
    },
  },
  ECONNRESET: {
    means: "对方或途中的设备强行切断了连接（RST）",
    at: {
      greeting: {
        why: "服务器或其前面的防火墙不接受此地址，或连接过多。",
        todo: "从另一个网络尝试，然后查看服务器的日志和上限。",
      },
      "data-tls": {
        why: "在 TLS 数据连接上：最常见的是服务器要求恢复命令连接的会话，它不作说明而直接切断。",
        todo: "使用会恢复会话的客户端，或关闭服务器的这一要求。",
      },
      transfer: {
        why: "在文件中途：途中设备限制了时间或大小，线路中断，或服务器退出。",
        todo: "用 --resume 继续；如果总在相同的时间或字节数之后，检查有此限制的设备。",
      },
    },
  },
  ETIMEDOUT: {
    means: "没有任何回应：数据包在途中被丢弃，或对方已不存在",
    at: {
      connect: {
        why: "任意一端的防火墙丢弃了发往命令端口的数据包，或地址不对，或只有代理才能出去。",
        todo: "尝试同一主机的其他端口和其他网络；有代理时使用 --proxy。",
      },
    },
  },
  EHOSTUNREACH: { means: "无法到达该主机：途中的路由器或最后一个网络这样回答" },
  ENETUNREACH: {
    means: "本机没有到该网络的路由",
    at: {
      connect: {
        why: "没有路由：最常见的是域名有 IPv6 地址，而本机没有 IPv6。",
        todo: "使用 --ipv4，或修正路由。",
      },
    },
  },
  EPIPE: { means: "向对方已经关闭的连接写入了数据" },
  ECONNABORTED: { means: "本机自己放弃了连接：本机的防火墙、杀毒软件或网络" },
  EADDRINUSE: {
    means: "端口被其他程序占用",
    at: {
      local: {
        why: "服务器：该端口上已有另一个服务器。主动模式的客户端：它的端口范围已被占用。",
        todo: "换一个端口，或结束那个程序（用 ss -ltnp 查看）；扩大 --active-ports。",
      },
    },
  },
  EADDRNOTAVAIL: {
    means: "该地址不属于本机，或这条连接已没有可用的端口对",
    at: {
      local: {
        why: "要求服务器监听或客户端使用本机没有的地址。NAT 后面的公网地址属于 NAT 设备。",
        todo: "监听 0.0.0.0 或内网地址，告知外部地址（serve --passive-address）。",
      },
    },
  },
  EACCES: {
    means: "系统不允许",
    at: {
      local: {
        why: "使用低于 1024 的端口（20、21）而没有权限，或文件不允许该用户读写。",
        todo: "只授予低端口的权限（setcap cap_net_bind_service，或由服务管理器授予），使用 1024 及以上的端口，或调整文件权限。",
      },
    },
  },
  EPERM: {
    means: "系统不允许；对数据包而言：本机自己的防火墙不让它出去",
    at: {
      connect: {
        why: "本机 OUTPUT 链中的规则。",
        todo: "在本机查看 nft list ruleset（iptables -S OUTPUT），放行出站端口。",
      },
    },
  },
  ENOTFOUND: { means: "不认识该域名：它没有地址" },
  EAI_AGAIN: {
    means: "暂时无法查询域名：没有域名服务器应答",
    at: {
      lookup: {
        why: "没有网络、没有域名服务器，或该网络只允许代理查询域名。",
        todo: "重试；查看 /etc/resolv.conf；有代理时使用 --proxy。",
      },
    },
  },
  EMFILE: {
    means: "该进程打开的文件和连接已达上限",
    at: { local: { why: "上限过低，或连接一直没有关闭。", todo: "调高 ulimit -n（LimitNOFILE=）。" } },
  },
  ENFILE: {
    means: "整个系统打开的文件已达上限",
    at: { local: { why: "有程序只打开而不关闭。", todo: "找出它（lsof），或调高 fs.file-max。" } },
  },
  ENOSPC: {
    means: "磁盘已满",
    at: { local: { why: "磁盘已满，或用户的配额已用完。", todo: "腾出空间。" } },
  },
  ENOENT: {
    means: "本地文件或目录不存在",
    at: { local: { why: "路径不存在；相对路径从运行命令的目录算起。", todo: "检查路径。" } },
  },
  CERT_HAS_EXPIRED: { means: "服务器的证书或其上级机构的证书已过期" },
  CERT_NOT_YET_VALID: { means: "服务器的证书尚未生效，或本机的时钟不对" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { means: "服务器的证书由它自己签名：没有人为它担保" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    means: "证书链末端的机构在本机不受信任：公司自己的机构，或读取 TLS 的设备",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { means: "服务器发来的证书缺少中间机构的证书" },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { means: "签发证书的机构在本机不受信任" },
  ERR_TLS_CERT_ALTNAME_INVALID: { means: "证书上的名称与所连接的名称不同" },
  EPROTO: { means: "TLS 协商失败" },
  ERR_SSL_WRONG_VERSION_NUMBER: { means: "收到的不是 TLS：是明文或其他协议" },
  ERR_SSL_UNSUPPORTED_PROTOCOL: { means: "服务器只支持这里不再使用的旧版 TLS" },
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: { means: "对方没有发出 TLS 的结束就关闭了连接" },
};

/** What curl's exit codes mean, in Chinese. */
export const codesCurlZhCn: CodesCurlMessages = {
  "curl 5": { means: "不认识代理的域名" },
  "curl 6": { means: "不认识主机的域名" },
  "curl 7": {
    means: "连接没有建立：到命令端口的连接，或被动模式下到数据端口的连接",
    at: { connect: codesErrnoZhCn.ECONNREFUSED.at.connect },
  },
  "curl 8": { means: "服务器的欢迎语或应答不是 FTP" },
  "curl 9": {
    means: "服务器不允许进入该目录",
    at: {
      file: {
        why: "CWD 被拒绝：目录不存在，或不对该用户开放。URL 中的路径从登录目录算起。",
        todo: "从根算起的路径写作 ftp://host/%2Fpath。",
      },
    },
  },
  "curl 10": { means: "主动模式：无法接受服务器的连接" },
  "curl 11": { means: "对 PASS 的应答是 curl 不认识的" },
  "curl 12": { means: "主动模式：服务器没有及时来到本机端口" },
  "curl 13": { means: "对 PASV 或 EPSV 的应答是拒绝，或无法读懂" },
  "curl 14": { means: "PASV 应答（227）中的地址无法读懂" },
  "curl 15": { means: "PASV 应答（227）中的主机无法使用" },
  "curl 17": { means: "服务器拒绝传输类型（TYPE）" },
  "curl 18": { means: "收到的字节少于服务器所说的" },
  "curl 19": { means: "服务器拒绝下载，或数据连接没有建立（425）" },
  "curl 21": { means: "用 -Q 给出的命令被拒绝" },
  "curl 23": { means: "无法写入本地文件" },
  "curl 25": { means: "服务器拒绝上传（STOR）" },
  "curl 26": { means: "无法读取本地文件" },
  "curl 28": { means: "用时过长", at: { connect: codesErrnoZhCn.ETIMEDOUT.at.connect } },
  "curl 30": { means: "主动模式：PORT 和 EPRT 被拒绝" },
  "curl 31": { means: "服务器不能从文件中间继续（REST）" },
  "curl 35": { means: "命令连接上的 TLS 没有建立" },
  "curl 36": { means: "下载无法继续" },
  "curl 52": { means: "服务器什么也没有说就关闭了连接" },
  "curl 55": { means: "发送失败：连接被切断" },
  "curl 56": { means: "接收失败：连接被切断，或应答是拒绝" },
  "curl 60": { means: "服务器的证书不可信" },
  "curl 64": { means: "要求 TLS，而服务器不提供（--ssl-reqd）" },
  "curl 67": { means: "用户名或密码不对" },
  "curl 70": { means: "服务器的磁盘已满" },
  "curl 78": {
    means: "文件不存在",
    at: { file: { why: "路径不对；它从登录目录算起。", todo: "先列出目录。" } },
  },
  "curl 80": { means: "TLS 没有正常结束" },
  "curl 84": { means: "PRET 被拒绝：服务器没有这个命令" },
};
