import type { Messages } from "./en.ts";

/** What the command says of the server's TLS, in Simplified Chinese. */
export const tlsZhCn: Messages["tls"] = {
  listenTls: "从第一个字节起就是 TLS（ftps://）的地址和端口，如 0.0.0.0:990；可重复",
  cert: "要出示的证书，连同通往其颁发机构的证书（PEM）；更新后会重新读取；可重复",
  key: "其私钥（PEM），不在同一文件中时使用；可重复，顺序与 --tls-cert 相同",
  tls: "登录是否必须加密：off、optional（有证书时的默认值）或 required",
  data: "文件和列表是否必须加密：optional（默认）或 required",
  sessionReuse: "数据连接是否复用其命令连接的 TLS 会话：require、prefer（默认）或 off",
  truncatedUpload: "连接未以 TLS 结束标记结束的上传：fail 视为失败（默认），accept 视为完整",
  minVersion: "TLS 的最低版本：1.2（默认）或 1.3",
  ciphers: "密码套件，按 OpenSSL 的写法",
  clientCert: "向客户端索取证书：ask 可以没有，require 必须有",
  clientCa: "签发客户端证书的颁发机构（PEM）",
  clientLogin: "证书可让谁不用密码登录：列出其 fingerprint 的账户（默认），或者还包括与其 common-name 同名的账户",
  unknownNames: "客户端请求的名称没有对应的证书时：accept 接受（默认），或 refuse 拒绝",
  needsCertificate: (option) =>
    `${option} 需要证书：--tls-cert 文件 --tls-key 文件；twinport cert 可以生成一个供试用的证书`,
  notPaired: (certs, keys) =>
    `有 ${certs} 个 --tls-cert 和 ${keys} 个 --tls-key：每个证书对应一个私钥，顺序相同，或者私钥都在各自的证书文件中`,
  offLeavesNone: (option) => `使用 --tls off 而没有 --listen-tls 时没有 TLS，${option} 无从生效`,
  offAndData: "使用 --tls off 时 --listen 的客户端没有 TLS，无法做到 --tls-data required",
  needs: (option, other) => `${option} 需要 ${other}`,
  notCiphers: (value) => `--tls-ciphers 需要 OpenSSL 写法的密码套件，而不是 "${value}"`,
};

/** What `twinport cert` says, in Simplified Chinese. */
export const certZhCn: Messages["cert"] = {
  cert: "生成自签名证书及其私钥，供 serve --tls-cert 使用",
  names: "证书所对应的主机名和 IP 地址（默认：localhost、127.0.0.1、::1 和本机名）",
  out: "写入 twinport-cert.pem 和 twinport-key.pem 的目录",
  days: "有效天数",
  bits: "RSA 密钥的位数",
  force: "替换已有的文件",
  json: "输出 JSON",
  notAName: (name) => `${JSON.stringify(name)} 既不是主机名也不是 IP 地址`,
  notDays: (value) => `--days 需要 1 到 36500 的整数，而不是 "${value}"`,
  isThere: (file) => `${file} 已存在；--force 会替换它`,
  notWritten: (folder, why) => `无法写入 ${folder}：${why}`,
  made: (names, day) => `已为 ${names} 生成自签名证书，有效期至 ${day}：`,
  certificate: "证书",
  key: "私钥",
  fingerprint: "SHA-256",
  keyPin: "公钥指纹",
  keepSecret: (file) => `${file}（只供服务器使用）`,
  serve: "启动",
  connect: "连接",
  pin: "或固定它",
};
