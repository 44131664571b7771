import net from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { kernelSockets, socketsIn } from "./kernel-sockets.ts";

// As a kernel of x86-64 wrote them: a listener, one that is half-open, one that stands.
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0201000A:7530 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2461 1 0000000000000000 100 0 0 10 0
   1: 0201000A:7530 0701000A:C3A4 03 00000000:00000000 01:0000005E 00000001     0        0 0 1 0000000000000000 100 0 0 10 -1
   2: 0201000A:0015 0701000A:9C41 01 00000000:00000000 02:000A7A6B 00000000     0        0 2477 2 0000000000000000 20 4 30 10 -1
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: B80D0120000000000000000002000000:7530 B80D0120000000000000000007000000:C3A4 03 00000000:00000000 01:0000005E 00000001     0        0 0 1 0000000000000000 100 0 0 10 -1
   1: 0000000000000000FFFF00000201000A:7531 0000000000000000FFFF00000701000A:C3A5 03 00000000:00000000 01:0000005E 00000001     0        0 0 1 0000000000000000 100 0 0 10 -1
`;

const said = (...asked: Parameters<typeof socketsIn>): string[] =>
  socketsIn(...asked).map(({ local, remote, inode }) => {
    return `${local.address.text} ${local.port} ${remote.address.text} ${remote.port} ${inode}`;
  });

test("of a table only the state that is asked for counts, and addresses are as people write them", () => {
  expect(said(tcp, "half-open", 4)).toEqual(["10.0.1.2 30000 10.0.1.7 50084 0"]);
  expect(said(tcp, "listening", 4)).toEqual(["10.0.1.2 30000 0.0.0.0 0 2461"]);
  expect(said(tcp, "time-wait", 4)).toEqual([]);
  expect(said(tcp6, "half-open", 6)).toEqual([
    "2001:db8::2 30000 2001:db8::7 50084 0",
    "10.0.1.2 30001 10.0.1.7 50085 0",
  ]);
});

test.each([
  ["nothing", ""],
  ["another program's words", "not a table 03 at all\n"],
  ["a line cut off", tcp.slice(0, -200)],
])("%s is read without harm", (_name, text) => {
  expect(said(text, "half-open", 4).length).toBeLessThan(2);
});

test.runIf(process.platform === "linux")(
  "of our own sockets, who listens is found, and what stands is not",
  async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect(port, "127.0.0.1");
    await once(client, "connect");
    const at = (sockets: Awaited<ReturnType<typeof kernelSockets>>) =>
      sockets?.filter(({ local }) => local.port === port);
    expect(at(await kernelSockets("listening"))).toMatchObject([{ family: 4, inode: expect.any(Number) }]);
    expect(at(await kernelSockets("half-open"))).toEqual([]);
    client.destroy();
    server.close();
  },
);
