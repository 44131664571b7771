import { ChannelError } from "@twinport/channel";
import { describe, expect, test } from "vitest";
import { ClientError } from "@twinport/client";
import { inChinese } from "./client-phrases-zh-cn.ts";
import { messagesIn } from "./index.ts";

describe("what the layers below say, in Chinese", () => {
  test.each([
    ["a sentence of theirs", "it is self-signed", "它是自签名的"],
    ["with what it is about", "TLS was not agreed on within 2 s", "TLS 未在 2 秒内建立"],
    [
      "one sentence in another",
      "the proxy 127.0.0.1:1080 does not let us in: name or password is wrong",
      "代理 127.0.0.1:1080 不允许我方使用：用户名或密码错误",
    ],
    ["what the system says of files", "ENOENT: no such file or directory, open '/a'", "没有这个文件或目录"],
    ["the words of a server stay as they are", "550 No such file", "550 No such file"],
  ])("%s", (_title, english, chinese) => expect(inChinese(english)).toBe(chinese));

  test.each([
    new ChannelError("dial-refused", { address: "192.0.2.1", port: 21 }),
    new ChannelError("dial-silent", { address: "192.0.2.1", port: 21, seconds: 3 }),
    new ChannelError("data-stalled", { seconds: 60 }),
    new ChannelError("proxy-unreachable", { proxy: "h:1", cause: "the connection was refused" }),
    new ChannelError("tls-not-spoken", { said: "220 hello" }),
    new ChannelError("tls-timed-out", { seconds: 2 }),
    new ChannelError("tls-truncated"),
  ])("$code of the channel has a Chinese sentence", ({ message }) => {
    expect(inChinese(message)).toMatch(/[\u4e00-\u9fff]/);
  });

  test("an error says its cause in Chinese too", () => {
    const { client } = messagesIn("zh-CN");
    const error = new ClientError("not-ftp", { host: "h", port: 21, seen: "it says nothing" });
    expect(client.error(error)).toBe("h 端口 21 上不是 FTP：没有任何问候");
    const lost = { path: "a", cause: "the command connection was lost: it was closed" };
    expect(client.warnings["segments-not-possible"](lost)).not.toMatch(/[a-z]{4}/);
  });
});
