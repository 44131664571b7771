import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { explainMode, pictureOfFigure, pictureSvg, usualPorts } from "@twinport/doctor";
import { everyTopology, topologyName } from "../testkit/every-topology.ts";
import { peer } from "../testkit/peer.ts";
import { runProgram } from "../testkit/run-program.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import type { Language, Picture, PictureTheme } from "@twinport/doctor";
import type { Figure } from "@twinport/protocol";

interface Found {
  readonly figures: number;
  readonly texts: number;
  readonly faults: readonly string[];
  readonly leastText: number;
  readonly leastLine: number;
  readonly auto: string;
}

/** Sizes that no topology has: addresses of IPv6, long replies, many pictures, ports that are no numbers. */
function unusual(language: Language): Picture[] {
  const control = { clientPort: 65_534, serverPort: 65_000 };
  const data = { clientPort: undefined, serverPort: 65_535 };
  const reply = `227 Entering Passive Mode, ${"WWWW and a long story ".repeat(12)}(192,0,2,7,255,255).`;
  const figure: Figure = {
    session: "s",
    mode: "passive",
    clientAddress: "2001:db8:1111:2222:3333:4444:5555:6666",
    serverAddress: "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
    command: `RETR ${"a-name-with-no-space-in-it".repeat(6)}`,
    steps: [
      { number: 1, from: "client", ...control, what: "asks", line: "PASV" },
      { number: 2, from: "server", ...control, what: "answers", line: reply },
      { number: 3, from: "client", ...data, what: "connects" },
      { number: 4, from: "server", ...data, what: "acknowledges" },
    ],
    brokenAt: 3,
    bytes: 0,
    outcome: "never-connected",
    code: "dial-silent",
  };
  const drawn = pictureOfFigure(figure, language);
  const boxes: Picture["boxes"] = [
    { id: "proxy", side: "client", kind: "proxy", label: "SOCKS 198.51.100.200:1080" },
    { id: "balancer", side: "server", kind: "proxy", label: language === "en" ? "balancer" : "负载均衡" },
  ];
  const topology = { nat: "both", firewall: "both", tls: true, helper: true } as const;
  const ports = { ...usualPorts, control: 65_000, source: "any" } as const;
  return [
    drawn,
    {
      ...drawn,
      boxes,
      steps: drawn.steps.map((step) => (step.number === 3 ? { ...step, stoppedAt: "balancer" } : step)),
    },
    explainMode({ mode: "active", topology, ports }, language),
  ];
}

function figureOf(id: string, pictures: Picture | readonly Picture[], theme: PictureTheme): string {
  return `<figure id="${id}">${pictureSvg(pictures, { theme })}</figure>`;
}

function pageOf(language: Language, theme: PictureTheme): string[] {
  const end = `${language} ${theme}`;
  return [
    ...everyTopology.map((one) => figureOf(`${topologyName(one)} ${end}`, explainMode(one, language), theme)),
    ...unusual(language).map((picture, i) => figureOf(`unusual ${i} ${end}`, picture, theme)),
    figureOf(`several ${end}`, unusual(language), theme),
  ];
}

peer("the figures in Chromium", ["chromium"], () => {
  test("no two boxes or texts overlap, nothing leaves the canvas, and all can be read, in both languages and themes", async () => {
    await using scratch = new ScratchFolder();
    const page = path.join(scratch.path, "figures.html");
    const auto = explainMode(everyTopology[0]!, "en");
    const figures = [
      ...(["en", "zh-CN"] as const).flatMap((language) => [...pageOf(language, "light"), ...pageOf(language, "dark")]),
      figureOf("auto", auto, "auto"),
    ];
    const script = await readFile(new URL("figures-page.mjs", import.meta.url), "utf8");
    await writeFile(
      page,
      `<!doctype html><html><head><meta charset="utf-8"></head><body>${figures.join("\n")}<script>${script}</script></body></html>`,
    );
    const { stdout } = await runProgram(
      "chromium",
      [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
        ...["--disable-background-networking", "--disable-component-update"],
        // A reader whose system is dark.
        ...["--blink-settings=preferredColorScheme=0", `--user-data-dir=${path.join(scratch.path, "profile")}`],
        ...["--dump-dom", `file://${page}`],
      ],
      { home: scratch.path },
    );
    const [, said = ""] = /<body>(.*)<\/body>/s.exec(stdout) ?? [];
    expect(said).toMatch(/^\{"figures":/);
    const found = JSON.parse(decoded(said)) as Found;
    expect(found.faults).toEqual([]);
    expect(found.figures).toBe(figures.length);
    expect(found.texts).toBeGreaterThan(20 * figures.length);
    expect(found.leastText).toBeGreaterThanOrEqual(4.5);
    expect(found.leastLine).toBeGreaterThanOrEqual(3);
    expect(found.auto).toBe("rgb(13, 17, 23)");
  });
});

function decoded(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
