import net from "node:net";
import { once } from "node:events";
import { Command } from "commander";
import { FigureTracker, displayWidth, formatFigure, padToWidth } from "@twinport/protocol";
import { jsonLine } from "../client/json-line.ts";
import type { DataMode, Figure, FigureStep, FigureWords } from "@twinport/protocol";
import type { Picture } from "@twinport/doctor";
import type { Server } from "@twinport/server";
import type { CommandSetting } from "../command-setting.ts";
import type { Messages } from "../../messages/index.ts";
import type { TourPorts } from "../../messages/tour-en.ts";

/** What is fetched: a file with one line. */
const file = { name: "hello.txt", text: "Hello from the other end.\n" };
const login = { user: "tour", password: "tour" };

/** Seconds for each step: both ends are here. */
const timeouts = { connect: 2, reply: 2, data: 2, search: 2 };

/** Each mode by its oldest command (RFC 959 §4.1.2). */
const commandOf = { active: "port", passive: "pasv" } as const;
const modes = ["active", "passive"] as const;

interface TourFlags {
  readonly json?: true;
  readonly svg?: string;
}

/** `twinport tour`. */
export function tourCommand(setting: CommandSetting): Command {
  const { messages, terminal, language } = setting;
  const say = messages.tour;
  return new Command("tour")
    .description(say.tour)
    .option("--svg <file>", say.svg)
    .option("--json", say.json)
    .action(async (flags: TourFlags) => {
      const figures = await walk(messages);
      if (flags.svg !== undefined) {
        const [{ pictureOfFigure }, { drawSvg }] = await Promise.all([
          import("@twinport/doctor"),
          import("./explain-output.ts"),
        ]);
        const pictures = figures.map((figure) => {
          const meant = withMeanings(figure, messages);
          return pictureOf(meant, pictureOfFigure(meant, language), messages);
        });
        await drawSvg(pictures, { svg: flags.svg, theme: "auto" }, setting);
      }
      const lines = flags.json ? [jsonLine({ figures })] : told(figures, messages);
      terminal.output.write(lines.map((line) => `${line}\n`).join(""));
    });
}

/** One transfer in each mode, in this process and on the loopback address; nothing is open behind it. */
async function walk(messages: Messages): Promise<Figure[]> {
  // The server is not small: it is loaded when it is needed.
  const [{ createServer }, { memoryStorage }, { singleAccount }] = await Promise.all([
    import("@twinport/server"),
    import("@twinport/storage"),
    import("@twinport/accounts"),
  ]);
  const server = createServer({
    accounts: singleAccount({ name: login.user, password: login.password }),
    storage: memoryStorage({ files: { [`/${file.name}`]: file.text } }),
    // Nobody else's servers here are to be in the way.
    passive: { ports: "any" },
    active: { sourcePort: (await canListen(20)) ? 20 : "control-1" },
  });
  try {
    const url = await urlOf(server, messages);
    const figures: Figure[] = [];
    for (const mode of modes) figures.push(await fetched(mode, url, messages));
    return figures;
  } finally {
    await server.close();
  }
}

async function urlOf(server: Server, messages: Messages): Promise<string> {
  try {
    return (await server.listen()).url;
  } catch (cause) {
    const { ChannelError } = await import("@twinport/channel");
    if (!(cause instanceof ChannelError)) throw cause;
    throw new Error(messages.tour.notListening(String(cause.facts["cause"])), { cause });
  }
}

/** Fetches the file in one mode, and gives the figure of it. */
async function fetched(mode: DataMode, url: string, messages: Messages): Promise<Figure> {
  const { ClientError, connectClient } = await import("@twinport/client");
  const tracker = new FigureTracker("client");
  const figures: Figure[] = [];
  try {
    const client = await connectClient(url, {
      ...{ ...login, timeouts, mode: commandOf[mode], memory: false, retries: 0 },
      onTrace: (step) => void figures.push(...[tracker.take(step)].flatMap((figure) => figure ?? [])),
    });
    try {
      await client.readAll(file.name);
    } finally {
      await client.close();
    }
  } catch (error) {
    throw error instanceof ClientError ? new Error(messages.client.error(error), { cause: error }) : error;
  }
  const [figure] = figures;
  if (figure?.outcome !== "complete") throw new Error(messages.tour.notMoved(mode));
  return figure;
}

/** Whether this process may have a port: those below 1024 are not for everybody, and it may be taken. */
async function canListen(port: number): Promise<boolean> {
  const probe = net.createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
    await once(probe.close(), "close");
    return true;
  } catch {
    return false;
  }
}

/** Both figures, what was seen, and where to go from here. */
function told(figures: readonly Figure[], messages: Messages): string[] {
  const say = messages.tour;
  const next = [
    ["twinport doctor ftp://HOST/", say.doctor],
    ["twinport explain passive --firewall server", say.explain],
  ] as const;
  const column = Math.max(...next.map(([command]) => displayWidth(command))) + 2;
  return [
    say.intro(file.name, Buffer.byteLength(file.text)),
    "",
    ...figures.flatMap((figure) => [...formatFigure(withMeanings(figure, messages), wordsOf(figure, messages)), ""]),
    say.seen,
    ...figures.map((figure) => `  ${say.opened[figure.mode](portsOf(figure))}`),
    `  ${say.lesson}`,
    "",
    say.next,
    ...next.map(([command, what]) => `  ${padToWidth(command, column)}${what}`),
  ];
}

/** A figure as a picture with the same words as in the text. */
function pictureOf(figure: Figure, drawn: Picture, messages: Messages): Picture {
  const words = wordsOf(figure, messages);
  const labels: Readonly<Record<number, string>> = { 3: words.connects, 4: words.data };
  return {
    ...drawn,
    title: formatFigure(figure, words)[0] ?? drawn.title,
    steps: drawn.steps.map((step) => ({ ...step, label: labels[step.number] ?? step.label })),
    notes: [messages.tour.opened[figure.mode](portsOf(figure))],
  };
}

/** A figure of which the first arrow says what is asked for, besides the command that asks it. */
function withMeanings(figure: Figure, { tour: say }: Messages): Figure {
  const [asks, ...others] = figure.steps;
  const line = say.asks[figure.mode](asks.line ?? "", portsOf(figure).clientData);
  return { ...figure, steps: [{ ...asks, line }, ...others] };
}

function wordsOf({ mode }: Figure, { client, tour: say }: Messages): FigureWords {
  return { ...client.figure, ...say.titles, connects: say.connects[mode], data: say.data[mode] };
}

function portsOf({ steps: [command, , data] }: Figure): TourPorts {
  const port = (number: FigureStep["clientPort"]): number => number ?? 0;
  return {
    clientControl: port(command.clientPort),
    clientData: port(data.clientPort),
    serverData: port(data.serverPort),
  };
}
