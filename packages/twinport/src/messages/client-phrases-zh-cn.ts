/** What the layers below say in English sentences of their own, as it comes into the facts of an error or a warning. */
const phrases: readonly (readonly [RegExp, string])[] = [
  // Local files
  [/^ENOENT\b.*$/s, "没有这个文件或目录"],
  [/^EACCES\b.*$/s, "没有权限"],
  [/^EPERM\b.*$/s, "不允许此操作"],
  [/^EISDIR\b.*$/s, "是目录"],
  [/^ENOTDIR\b.*$/s, "路径中有一项不是目录"],
  [/^EEXIST\b.*$/s, "已存在"],
  [/^ENOSPC\b.*$/s, "磁盘空间不足"],
  [/^EROFS\b.*$/s, "文件系统为只读"],
  [/^is a directory$/, "是目录"],
  [/^is no directory$/, "不是目录"],
  [/^nothing fits$/, "没有符合的内容"],
  [/^has more than (\d+) bytes$/, "超过 $1 字节"],
  // URLs and paths
  [/^it begins with none of ftp:\/\/, ftpes:\/\/ and ftps:\/\/$/, "应以 ftp://、ftpes:// 或 ftps:// 开头"],
  [/^it holds control characters$/, "含有控制字符"],
  [/^its percent signs do not encode UTF-8$/, "其中的百分号编码不是 UTF-8"],
  [/^it encodes CR, LF or NUL, which no command can hold$/, "编码了 CR、LF 或 NUL，任何命令都不能包含它们"],
  [/^no command can hold CR, LF or NUL$/, "任何命令都不能包含 CR、LF 或 NUL"],
  [/^it names no host$/, "没有主机名"],
  [/^its port is none of 1 to 65535$/, "端口不在 1 到 65535 之间"],
  [/^is no URL$/, "不是 URL"],
  [/^needs a URL that begins with (.*) or (.*)$/, "需要以 $1 或 $2 开头的 URL"],
  [/^is empty$/, "为空"],
  [/^is no IP address: (.*)$/s, "不是 IP 地址：$1"],
  [/^is one of (.*), not (".*")$/s, "应为 $1 之一，而不是 $2"],
  [/^needs a number above 0, not (.*)$/s, "应为大于 0 的数，而不是 $1"],
  [/^needs a port of 1 to 65535, not (.*)$/s, "应为 1 到 65535 的端口，而不是 $1"],
  [/^needs a whole number of 1 to (\d+), not (.*)$/s, "应为 1 到 $1 的整数，而不是 $2"],
  [/^is not known: (.*)$/s, "未知：$1"],
  // The command connection
  [/^it says nothing$/, "没有任何问候"],
  [
    /^it says nothing \(a server whose TLS is implicit .*\)$/,
    "没有任何问候（隐式 TLS 的服务器等待我方先开口：ftps://）",
  ],
  [/^it closes without a greeting$/, "没有问候就关闭了连接"],
  [/^what it says is no greeting after (\S+) s$/, "$1 秒内所说的不是问候"],
  [/^the server sent a line that is no reply: (.*)$/s, "服务器发来的一行不是应答：$1"],
  [/^it was closed$/, "已被关闭"],
  [/^the command connection was lost$/, "命令连接已断开"],
  [/^the command connection was lost: (.*)$/s, "命令连接已断开：$1"],
  [/^it sends replies that nobody asked for$/, "发来了没有请求的应答"],
  [/^no last reply came$/, "没有收到最后的应答"],
  [/^the reply$/, "等待应答"],
  [/^the reply took more than (\S+) s$/, "等待应答超过 $1 秒"],
  [/^the server takes nobody in now: (.*)$/s, "服务器现在不接受登录：$1"],
  [/^the server falls silent$/, "服务器不再应答"],
  [/^the transfer was aborted$/, "传输已中止"],
  [/^(\S+) port (\d+) refuses the connection$/, "$1 端口 $2 拒绝连接"],
  [/^(\S+) port (\d+) did not answer in (\S+) s$/, "$1 端口 $2 在 $3 秒内没有应答"],
  [/^there is no way to (\S+) port (\d+)$/, "没有到 $1 端口 $2 的路由"],
  [/^cannot connect to (\S+) port (\d+): (.*)$/s, "无法连接 $1 端口 $2：$3"],
  [/^there is no address for (\S+) \((.*)\)$/, "找不到 $1 的地址（$2）"],
  // What is not there
  [/^it is not in the listing of its folder$/, "不在其所在目录的列表中"],
  [/^it lists the folder, and not what is in it$/, "它列出的是目录本身，而不是其中的内容"],
  [/^it offers no hash of that kind \(FEAT\)$/, "它不提供这种哈希（FEAT）"],
  [/^the server lists nothing, and there is no way in$/, "服务器什么也没有列出，也无法进入"],
  // Data
  [/^the data connection was reset$/, "数据连接被重置"],
  [/^no data moved for (\S+) s$/, "$1 秒内没有数据"],
  [/^the data ended without the end of TLS: it may be only a part$/, "数据在 TLS 结束之前中断：可能只是一部分"],
  // TLS
  [/^TLS was not agreed on within (\S+) s$/, "TLS 未在 $1 秒内建立"],
  [/^TLS could not be agreed on: (.*)$/s, "无法建立 TLS：$1"],
  [/^the TLS layer of the connection broke: (.*)$/s, "连接的 TLS 层中断：$1"],
  [/^the other end does not speak TLS here; it said (.*)$/s, "对方在此不使用 TLS；它说的是 $1"],
  [/^the other end does not speak TLS here$/, "对方在此不使用 TLS"],
  [/^it is self-signed$/, "它是自签名的"],
  [/^it has expired$/, "它已过期"],
  [/^it is not valid yet$/, "它尚未生效"],
  [/^it was revoked$/, "它已被吊销"],
  [/^it is not meant for servers$/, "它不是用于服务器的"],
  [/^its authority is not known here$/, "本机不认识其颁发机构"],
  [/^its authority is not known here, or .*$/, "本机不认识其颁发机构，或服务器缺少部分证书链"],
  [/^its signature is wrong$/, "其签名有误"],
  [/^its chain is too long$/, "其证书链过长"],
  [/^its key is too short$/, "其密钥过短"],
  [/^it is signed in an outdated way$/, "其签名方式已过时"],
  [/^it has shown none$/, "服务器没有出示证书"],
  [/^it is not the one that was pinned$/, "它不是所指定的那一个"],
  [/^it is for (.*)$/s, "它属于 $1"],
  // Proxies
  [/^the proxy (\S+) cannot be reached: (.*)$/s, "代理 $1 无法连接：$2"],
  [/^the proxy (\S+) does not connect to (\S+) port (\S+): (.*)$/s, "代理 $1 没有连接到 $2 端口 $3：$4"],
  [/^the proxy (\S+) does not let us in: (.*)$/s, "代理 $1 不允许我方使用：$2"],
  [/^it failed$/, "失败"],
  [/^its rules do not allow it$/, "其规则不允许"],
  [/^the network cannot be reached$/, "网络不可达"],
  [/^the host cannot be reached$/, "主机不可达"],
  [/^the connection was refused$/, "连接被拒绝"],
  [/^it does not know the command$/, "它不认识这条命令"],
  [/^it does not know the kind of address$/, "它不认识这种地址"],
  [/^it wants a name and a password$/, "它要求用户名和密码"],
  [/^it wants another kind of login$/, "它要求另一种登录方式"],
  [/^it chose a login that was not offered$/, "它选择了未提供的登录方式"],
  [/^name or password is wrong$/, "用户名或密码错误"],
  [/^its answer has an unknown kind of address$/, "其应答中的地址类型未知"],
  [/^it closed the connection$/, "它关闭了连接"],
  [/^it does not speak HTTP \((.*)\)$/, "它不使用 HTTP（$1）"],
  // Transfers in parts
  [/^it goes on behind its (\d+) bytes$/, "超出了应有的 $1 字节"],
  [/^ends before it begins$/, "结束位置在起始位置之前"],
];

/** How often a sentence may stand in another one. */
const DEPTH = 3;

/** A sentence of the layers below in Chinese; what is none of theirs (a server's words, a name) stays as it is. */
export function inChinese(said: string, depth = DEPTH): string {
  const text = said.replace(/^Error: /, "");
  const found = phrases.find(([english]) => english.test(text));
  if (!found) return text;
  const [english, chinese] = found;
  const parts = english.exec(text) ?? [];
  return chinese.replaceAll(/\$(\d)/g, (_whole, digit: string) => {
    const part = parts[Number(digit)] ?? "";
    return depth > 0 ? inChinese(part, depth - 1) : part;
  });
}
