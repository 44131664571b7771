import { displayWidth, parseIp, parsePrefix } from "@twinport/protocol";
import { expect, test } from "vitest";
import { canFormatFirewall, firewallDialects, formatFirewall } from "./format-firewall.ts";
import type { FirewallDialect } from "./format-firewall.ts";
import type { FirewallRequest } from "./firewall-plan.ts";

const asked: FirewallRequest = {
  deployment: {
    control: [{ address: "::", port: 21, tls: "off" }],
    passive: { ports: { from: 30_000, to: 30_009 }, advertised: [], sharesPorts: true },
    active: { sourcePort: 20 },
  },
  ...{ role: "server", from: [], to: [], helper: false },
};
const languages = ["en", "zh-CN"] as const;
const roles = ["server", "client", "gateway-server", "gateway-client"] as const;

/** All that any dialect says for any place, in a language. */
const everything = (language: "en" | "zh-CN"): [FirewallDialect, string][] =>
  firewallDialects.flatMap((dialect) =>
    roles
      .filter((role) => canFormatFirewall(dialect, role))
      .flatMap((role) =>
        [false, true].flatMap((helper) =>
          [false, true].map((rulesOnly): [FirewallDialect, string] => {
            const request = { ...asked, role, helper, to: [parseIp("10.0.0.2")!] };
            return [dialect, formatFirewall(request, { dialect, language, rulesOnly })];
          }),
        ),
      ),
  );

test("the table has the article's four lines of each mode", () => {
  expect(formatFirewall(asked, { dialect: "table", language: "zh-CN", rulesOnly: false }))
    .toBe(`服务器主机的 FTP 规则：主动、被动模式
只需允许按下表发起连接，其响应由状态跟踪放行。

主动模式
  编号  从      端口        到      端口        内容
  1.    客户端  1024-65535  服务器  21          客户端发起控制连接（由此发起）
  2.    服务器  21          客户端  1024-65535  服务器在其上响应
  3.    服务器  20          客户端  1024-65535  服务器发起数据连接（由此发起）
  4.    客户端  1024-65535  服务器  20          客户端在其上发送 ACK 和数据

被动模式
  编号  从      端口         到      端口         内容
  1.    客户端  1024-65535   服务器  21           客户端发起控制连接（由此发起）
  2.    服务器  21           客户端  1024-65535   服务器在其上响应
  3.    客户端  1024-65535   服务器  30000-30009  客户端发起数据连接（由此发起）
  4.    服务器  30000-30009  客户端  1024-65535   服务器在其上发送 ACK 和数据
`);
});

test.each(languages)("each rule says which line of the article it is, in %s", (language) => {
  const line = /FTP (active|passive|active and passive|主动|被动|主动、被动) [1-4]/;
  for (const [dialect, text] of everything(language)) {
    if (dialect !== "table") expect(text, dialect).toMatch(line);
  }
});

test.each(languages)("comments keep within what the programs take, in %s", (language) => {
  const longest = { nftables: 127, iptables: 255 } as const;
  for (const [dialect, text] of everything(language)) {
    if (dialect !== "nftables" && dialect !== "iptables") continue;
    for (const [, comment = ""] of text.matchAll(/comment "([^"]*)"/g)) {
      expect(Buffer.byteLength(comment), comment).toBeLessThanOrEqual(longest[dialect]);
    }
  }
});

test.each(languages)("what AWS takes as a description is letters of English, in %s", (language) => {
  const texts = everything(language).filter(([dialect]) => dialect === "aws");
  const descriptions = texts.flatMap(([, text]) => [...text.matchAll(/"?Description"?: ?"([^"]*)"/g)]);
  expect(descriptions.length).toBeGreaterThan(0);
  for (const [, description] of descriptions) expect(description).toMatch(/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/);
});

test("commands for AWS carry JSON", () => {
  const text = formatFirewall(asked, { dialect: "aws", language: "en", rulesOnly: true });
  const permissions = [...text.matchAll(/--ip-permissions '(.*)'/g)].map(
    ([, json = ""]) => JSON.parse(json) as unknown,
  );
  expect(permissions).toHaveLength(6);
  expect(permissions[1]).toMatchObject([
    { IpProtocol: "tcp", FromPort: 21, ToPort: 21, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
  ]);
});

test("a dialect without a helper opens the range, and says so", () => {
  const text = formatFirewall({ ...asked, helper: true }, { dialect: "docker", language: "en", rulesOnly: false });
  expect(text).toContain("This dialect knows no FTP helper: the range is open instead.");
  expect(text).toContain('"30000-30009:30000-30009/tcp"');
});

test("node ports are the range itself, where a cluster has them", () => {
  const text = formatFirewall(asked, { dialect: "kubernetes", language: "en", rulesOnly: false });
  expect(text).toContain("{ name: data-30000, protocol: TCP, port: 30000, targetPort: 30000, nodePort: 30000 }");
  expect(text).not.toContain("is outside 30000-32767");
});

test("what is given stays inside its comment and its word", () => {
  const passive = { ports: { from: 30_000, to: 30_009 }, advertised: ["it's\n$(id)"], sharesPorts: true };
  const request = { ...asked, deployment: { ...asked.deployment, passive } };
  const text = formatFirewall(request, { dialect: "docker", language: "en", rulesOnly: false });
  expect(text).toContain(String.raw`      - "it's\n$$(id)"`);
  expect(text).toContain(String.raw`--passive-address 'it'\''s?$(id)'`);
  for (const dialect of firewallDialects) {
    const lines = formatFirewall(request, { dialect, language: "en", rulesOnly: false }).split("\n");
    expect(lines.some((line) => line.startsWith("$(id)"))).toBe(false);
  }
});

test.each(languages)("the table keeps to a hundred columns, in %s", (language) => {
  const tables = everything(language).filter(([dialect]) => dialect === "table");
  const widest = Math.max(...tables.flatMap(([, text]) => text.split("\n").map(displayWidth)));
  expect(widest).toBeLessThanOrEqual(100);
});

test("firewalld forwards for the named networks only: what it forwards it lets through", () => {
  const request = {
    ...asked,
    role: "gateway-server",
    to: [parseIp("10.0.0.2")!],
    from: [parsePrefix("192.0.2.0/24")!],
  } as const;
  const text = formatFirewall(request, { dialect: "firewalld", language: "en", rulesOnly: false });
  expect(text).toContain(
    "--zone=external --add-rich-rule='rule family=ipv4 source address=192.0.2.0/24 forward-port port=21 protocol=tcp to-port=21 to-addr=10.0.0.2'",
  );
  expect(text).not.toContain("--add-forward-port");
});

test("Windows names the local and the remote end by direction", () => {
  const text = formatFirewall(asked, { dialect: "windows", language: "en", rulesOnly: true });
  expect(text).toContain(
    "-Direction Inbound -Action Allow -Profile Any -Protocol TCP -LocalAddress Any -LocalPort 21 -RemoteAddress Any -RemotePort 1024-65535",
  );
  expect(text).toContain(
    "-Direction Outbound -Action Allow -Profile Any -Protocol TCP -LocalAddress Any -LocalPort 20 -RemoteAddress Any -RemotePort 1024-65535",
  );
});
