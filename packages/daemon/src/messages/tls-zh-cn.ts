import type { Messages } from "./en.ts";

/** What the daemon says of TLS, in Simplified Chinese. */
export const tlsZhCn: Messages["tls"] = {
  tls: "TLS",
  explicit: (url, need) => `${url} ${need === "required" ? "必须使用" : "可以使用"}（客户端以 AUTH TLS 请求）`,
  implicit: (url) => `${url} 从第一个字节起`,
  certificate: "证书",
  certificateOf: (names, day) => `${names}；有效期至 ${day}`,
  noNames: "没有名称",
  fingerprint: "SHA-256",
  caution: "注意",
  plainLogins: (url) => `${url} 允许明文登录：密码在途中可能被读取；用 --tls required 禁止`,
  faults: {
    "not-readable": ({ cause }) => `无法读取该文件：${cause}`,
    "too-large": () => "该文件超过 1 MiB，不是证书",
    "no-certificate": () => "其中没有 PEM 格式的证书（-----BEGIN CERTIFICATE-----）",
    "no-key": () => "其中没有 PEM 格式的私钥（-----BEGIN PRIVATE KEY-----）；请用 --tls-key 指定私钥文件",
    broken: ({ cause }) => `内容已损坏（${cause}）`,
    "passphrase-missing": () => "私钥已加密：请把口令放入环境变量 TWINPORT_TLS_PASSPHRASE",
    "passphrase-wrong": () => "环境变量 TWINPORT_TLS_PASSPHRASE 中的口令无法打开私钥",
    "key-does-not-fit": ({ keyFile }) => `${keyFile} 中的私钥与此证书不匹配`,
    "not-first": () => "服务器自己的证书必须排在第一个，位于颁发机构的证书之前",
    expired: ({ day }) => `证书已于 ${day} 过期`,
    refused: ({ cause }) => `OpenSSL 不接受此证书（${cause}）`,
  },
  fileCauses: {
    ENOENT: "没有这个文件",
    EACCES: "没有权限",
    EISDIR: "那是目录",
  },
  kept: (problem) => `${problem}；证书保持原样`,
  renewed: (names, fingerprint, day) => `已启用 ${names} 的新证书，有效期至 ${day}（SHA-256 ${fingerprint}）`,
  keyOpen: (file) => `${file}：本机的所有用户都可以读取私钥：请执行 chmod 600`,
  notYetValid: (file, day) => `${file}：证书在 ${day} 之前无效：客户端会拒绝它，或者本机时钟不正确`,
  expired: (file, day) => `${file}：证书已于 ${day} 过期：客户端会拒绝它`,
  expiresSoon: (file, day) => `${file}：证书将于 ${day} 过期：请更新`,
};
