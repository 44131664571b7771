import { Command } from "commander";
import { expect, test } from "vitest";
import { messagesIn } from "../messages/index.ts";
import { UsageError } from "../usage-error.ts";
import { addDeploymentOptions, deploymentOf } from "./deployment-options.ts";

const messages = messagesIn("en");
const loopback = { address: "127.0.0.1", port: 2121, tls: "off" };
const passive = { ports: { from: 30_000, to: 30_099 }, advertised: [], sharesPorts: true };

/** The deployment that these arguments say. */
function deploymentIn(args: string) {
  const command = addDeploymentOptions(new Command("firewall"), messages)
    .exitOverride()
    .configureOutput({ writeErr() {} });
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  return deploymentOf(command.opts(), messages);
}

test.each([
  ["nothing said is what serve does by itself", "", { control: [loopback], passive, active: { sourcePort: 2120 } }],
  [
    "port 21 on both families, with TLS beginning by AUTH, and a range",
    "--listen 0.0.0.0:21 --listen [::]:21 --tls-cert c --passive-ports 40000-40009 --passive-address 203.0.113.5",
    {
      control: [
        { address: "0.0.0.0", port: 21, tls: "explicit" },
        { address: "::", port: 21, tls: "explicit" },
      ],
      passive: { ports: { from: 40_000, to: 40_009 }, advertised: ["203.0.113.5"], sharesPorts: true },
      active: { sourcePort: 20 },
    },
  ],
  [
    "each command port has its own source port of active mode",
    "--listen 0.0.0.0:21 --listen-tls 0.0.0.0:990 --tls-cert c",
    {
      control: [
        { address: "0.0.0.0", port: 21, tls: "explicit" },
        { address: "0.0.0.0", port: 990, tls: "implicit" },
      ],
      passive,
      active: { sourcePort: 20, furtherSourcePorts: [989] },
    },
  ],
  [
    "one mode alone, and a limit",
    "--no-active --max-sessions 50 --listen 0.0.0.0:21",
    { control: [{ address: "0.0.0.0", port: 21, tls: "off" }], passive, active: false, sessions: 50 },
  ],
  [
    "the other mode alone, from one port",
    "--no-passive --active-source-port 20",
    { control: [loopback], passive: false, active: { sourcePort: 20 } },
  ],
  [
    "the address of a network's clients is one that is told; that of the connection itself is none",
    "--passive-address 10.0.0.0/8=local --passive-address 0.0.0.0/0=ftp.example.com --active-source-port any",
    {
      control: [loopback],
      passive: { ...passive, advertised: ["ftp.example.com"] },
      active: { sourcePort: "any" },
    },
  ],
])("%s", (_name, args, deployment) => {
  expect(deploymentIn(args)).toEqual(deployment);
});

test.each([
  ["--no-passive --no-active", "leave no way to move data"],
  ["--listen 21", '--listen needs ADDRESS:PORT, as 127.0.0.1:2121 or [::1]:2121, not "21"'],
  ["--passive-ports 9-8", '--passive-ports needs FIRST-LAST, as 30000-30099, not "9-8"'],
  ["--max-sessions 1.5", '--max-sessions needs a whole number above 0, not "1.5"'],
])("%s is refused in the words of serve", (args, sentence) => {
  expect(() => deploymentIn(args)).toThrow(UsageError);
  expect(() => deploymentIn(args)).toThrow(sentence);
});
