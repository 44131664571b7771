import { describe, expect, test } from "vitest";
import { displayWidth } from "@twinport/protocol";
import { everyTopology, topologyName } from "../../../../test/testkit/every-topology.ts";
import { modelOf, usualPorts } from "./model.ts";
import { explainMode } from "./picture-of-mode.ts";
import { formatPicture } from "./picture-text.ts";
import type { Topology } from "./topology.ts";

const languages = ["en", "zh-CN"] as const;
const open: Topology = { nat: "none", firewall: "none", tls: false, helper: false };
const notes = (mode: "active" | "passive", topology: Partial<Topology>, ports = usualPorts): string =>
  explainMode({ mode, topology: { ...open, ...topology }, ports }, "en").notes.join("\n");

describe.each(languages)("in %s", (language) => {
  const pictures = everyTopology.map((one) => ({
    name: topologyName(one),
    model: modelOf(one),
    picture: explainMode(one, language),
  }));

  test("the arrows go between the article's ports, and end where the model says", () => {
    for (const { name, model, picture } of pictures) {
      const data = model.mode === "active" ? "20" : "30000";
      expect(
        picture.steps.map(({ from, clientPort, serverPort }) => [from, clientPort, serverPort]),
        name,
      ).toEqual([
        ["client", "1026", "21"],
        ["server", "1026", "21"],
        [model.mode === "active" ? "server" : "client", "1027", data],
        [model.mode === "active" ? "client" : "server", "1027", data],
      ]);
      expect(picture.steps[2]?.stoppedAt, name).toBe(model.stoppedAt?.id);
      expect(
        picture.boxes.map(({ id }) => id),
        name,
      ).toEqual(model.boxes.map(({ id }) => id));
    }
  });

  test("every step is said in words, and the boxes that are to be opened each have a note", () => {
    for (const { name, model, picture } of pictures) {
      expect(
        picture.steps.every(({ said }) => said !== undefined && said !== ""),
        name,
      ).toBe(true);
      const opened = picture.notes.filter((note) =>
        /50000-50009|TCP 30000-30099| 30000-30099 的 TCP|ports 30000-30099/.test(note),
      );
      expect(opened.length, name).toBe(model.toOpen.length);
    }
  });

  test("no sentence is in another language, and none has a value that is not there", () => {
    for (const { name, picture } of pictures) {
      const words = [
        picture.title,
        picture.client,
        ...picture.steps.flatMap(({ said = "", label }) => [said, label]),
        ...picture.notes,
      ];
      for (const sentence of words) {
        expect(sentence, name).not.toMatch(/undefined|null|\[object|NaN/);
        if (language === "en") expect(sentence, name).not.toMatch(/\p{Script=Han}/u);
        else
          expect(sentence, name).not.toMatch(
            /\b(?:the|port|opens|client's|server's)\b|[\p{Script=Han}][,;:]|[,;:][\p{Script=Han}]/u,
          );
      }
    }
  });

  test("as text it is less than 80 columns wide, and the ports stand below each other", () => {
    for (const { name, picture } of pictures) {
      const lines = formatPicture(picture);
      expect(Math.max(...lines.map(displayWidth)), name).toBeLessThan(80);
      const arrows = lines.filter((line) => /^ [1-4] {2}:/.test(line));
      expect(new Set(arrows.map((line) => displayWidth(line.slice(0, line.lastIndexOf(":"))))), name).toEqual(
        new Set([72]),
      );
      expect(arrows, name).toHaveLength(4);
    }
  });
});

test("behind a NAT the client tells an address that a careful server refuses, and a helper mends it in the clear", () => {
  const steps = (topology: Partial<Topology>) =>
    explainMode({ mode: "active", topology: { ...open, ...topology } }, "en").steps;
  expect(
    steps({ nat: "client" })
      .map(({ label }) => label)
      .slice(0, 2),
  ).toEqual(["PORT 192,168,1,10,4,3", "500, or 200"]);
  expect(steps({ nat: "client", helper: true })[1]?.label).toBe("200");
  expect(notes("active", { nat: "client", helper: true })).toContain(
    "writes its own address, 198.51.100.9, over 192.168.1.10",
  );
  expect(notes("active", { nat: "client", helper: true, tls: true })).toContain("TLS hides from it what is said");
});

test("what to open is the exact flow", () => {
  expect(notes("active", { firewall: "client" })).toContain(
    "let in TCP from 192.0.2.7 port 20 to the client's data ports",
  );
  expect(notes("passive", { firewall: "server" })).toContain("to the server's ports 30000-30099, and no more");
  expect(notes("passive", { nat: "server" })).toMatch(
    /forward TCP 30000-30099 .* to 10\.0\.0\.5.*--passive-address 192\.0\.2\.7/,
  );
  expect(notes("active", { nat: "client" })).toMatch(
    /forward TCP 50000-50009 .* to 192\.168\.1\.10.*--active-address 198\.51\.100\.9/,
  );
});

test("the other mode is named with what would become of it", () => {
  expect(notes("active", { firewall: "client" })).toContain("Passive mode passes here.");
  expect(notes("active", { firewall: "both" })).toContain(
    "Passive mode breaks here: step 3 ends at the server's firewall.",
  );
});

test("other ports are told as they are", () => {
  const picture = explainMode(
    {
      mode: "passive",
      topology: { ...open, firewall: "server", helper: true },
      ports: { control: 2121, source: "any", passive: { from: 50_000, to: 50_000 } },
    },
    "en",
  );
  expect(picture.steps.map(({ serverPort }) => serverPort)).toEqual(["2121", "2121", "50000", "50000"]);
  expect(picture.steps[1]?.label).toBe("227 (192,0,2,7,195,80)");
  expect(picture.notes.join("\n")).toContain("it reads along at port 21 alone");
  const active = explainMode(
    { mode: "active", topology: { ...open, firewall: "client" }, ports: { ...usualPorts, source: "any" } },
    "en",
  );
  expect(active.steps[2]?.serverPort).toBe(">1023");
  expect(active.notes.join("\n")).toContain("let in TCP from 192.0.2.7, any port, to");
});

test("a server without a range is told to take one", () => {
  const picture = explainMode(
    { mode: "passive", topology: { ...open, firewall: "server" }, ports: { ...usualPorts, passive: "any" } },
    "en",
  );
  expect(picture.notes.join("\n")).toMatch(
    /first have the server take its passive ports from a small range .*--passive-ports 30000-30099/,
  );
  expect(picture.notes.at(-1)).toBe("Port 2024 stands for any of 1024-65535.");
});
