import type { ModeCommand } from "@twinport/protocol";
import type { ControlEvidence, Family, TlsUse } from "../evidence.ts";
import { isWornOut } from "./door.ts";
import { answerTimes, hasConnected } from "./scene.ts";
import type { Scene } from "./scene.ts";
import type { Guess, Story } from "./story.ts";

/** What stands before all modes: the name, the command connection, the login. */
export function controlStories(scene: Scene): Story[] {
  const { controls } = scene.evidence;
  const families = ([4, 6] as const).filter((family) => controls.some((one) => one.family === family));
  return [
    ...nameStories(scene),
    ...families.flatMap((family) => familyStories(scene, family)),
    ...proxyStories(scene),
    ...idleStories(scene),
  ];
}

function controlStory(
  { evidence }: Scene,
  one: Pick<ControlEvidence, "family" | "tls" | "peer" | "reply" | "facts">,
  guess: Guess,
): Story {
  const { family, tls, peer, reply } = one;
  const said = reply && reply.code >= 400 && { said: `${reply.code} ${reply.text}` };
  const facts = { host: evidence.host, server: peer?.address ?? evidence.host, ...one.facts, ...said, ...guess.facts };
  return { ...guess, port: evidence.port, modes: modesOf(family), family, tls, facts };
}

const modesOf = (family: Family): ModeCommand[] => (family === 4 ? ["epsv", "pasv", "eprt", "port"] : ["epsv", "eprt"]);

function nameStories(scene: Scene): Story[] {
  const { controls } = scene.evidence;
  const nameless = controls.find(({ outcome }) => outcome === "name-not-found");
  if (!nameless || controls.some(hasConnected)) return [];
  const guess = { cause: "name-not-found", side: "undecided", confidence: 1, blocks: true } as const;
  return [{ ...controlStory(scene, nameless, guess), port: undefined, tls: undefined, family: undefined }];
}

function familyStories(scene: Scene, family: Family): Story[] {
  const controls = scene.evidence.controls.filter((one) => one.family === family);
  const wasThere = scene.evidence.attempts.some((one) => one.family === family);
  if (wasThere || controls.some(hasConnected))
    return [...new Set(controls.map(({ tls }) => tls))].flatMap((tls) => loginStories(scene, family, tls));
  const others = scene.evidence.controls.some((one) => one.family !== family && hasConnected(one));
  const failed = controls.filter(({ outcome }) => outcome !== "name-not-found");
  const one = failed.find(({ outcome }) => outcome !== "connect-silent") ?? failed[0];
  // This host has no such network at all: nothing of the server's, and the other family serves.
  if (!one || (others && hasNoNetwork(one))) return [];
  if (one.outcome === "proxy-failed") return [proxyStory(scene, one)];
  const cause = one.outcome === "connect-silent" ? "out-silent" : "out-refused";
  const facts = { on: "control", ...(others && { over: family }) };
  return [controlStory(scene, one, { cause, side: "undecided", confidence: 0.9, blocks: true, facts })];
}

const hasNoNetwork = ({ facts }: ControlEvidence): boolean =>
  Object.values(facts).some((fact) => /ENETUNREACH|EADDRNOTAVAIL/.test(String(fact)));

/** What a command connection that has come about came to, with one use of TLS. */
function loginStories(scene: Scene, family: Family, tls: TlsUse): Story[] {
  const { controls } = scene.evidence;
  const same = controls.filter((one) => one.family === family && one.tls === tls);
  const refused = same.find(({ outcome }) => outcome === "certificate-refused");
  const certificate = refused ? [certificateStory(scene, refused)] : [];
  if (same.some(({ outcome }) => outcome === "ready")) return certificate;
  const one = same.findLast((any) => hasConnected(any) && any.outcome !== "certificate-refused");
  if (!one) return certificate;
  const guess = loginGuess(scene, one);
  return guess ? [...certificate, controlStory(scene, one, guess)] : certificate;
}

function certificateStory(scene: Scene, one: ControlEvidence): Story {
  // Without being believed it is used no further, unless one was told to go on.
  const wentOn = scene.evidence.attempts.some(({ tls }) => tls !== "off");
  const blocks = !wentOn && scene.login !== "off";
  return controlStory(scene, one, { cause: "tls-certificate", side: "server", confidence: 0.9, blocks });
}

function loginGuess(scene: Scene, one: ControlEvidence): Guess | undefined {
  const isAsked = one.tls === scene.login;
  const works = scene.evidence.controls.filter(({ outcome }) => outcome === "ready");
  const isNeeded = isAsked || works.length === 0;
  switch (one.outcome) {
    case "login-refused":
      if (isNeeded && asksForTls(one)) return wantsTls;
      return isNeeded ? { cause: "login-refused", side: "undecided", confidence: 1, blocks: true } : undefined;
    case "server-busy":
      if (isNeeded && asksForTls(one)) return wantsTls;
      // It takes only so many, and has taken us before.
      return works.length === 0
        ? { cause: "login-refused", side: "server", confidence: 0.9, blocks: true, facts: { because: "busy" } }
        : undefined;
    case "not-ftp":
      // Some say so who take nobody in for a while.
      return works.length === 0 ? strangeGuess(scene, one) : undefined;
    case "tls-not-offered":
      return isAsked
        ? { cause: "tls-failed", side: "server", confidence: 0.9, blocks: true, facts: { on: "not-offered" } }
        : undefined;
    case "tls-failed":
    case "clear-behind-auth":
      return handshakeGuess(scene, one, isNeeded);
    case "connection-lost":
    case "timed-out":
    case "protocol-not-followed":
      return lostGuess(scene, one, isNeeded);
    default:
      return undefined;
  }
}

const wantsTls: Guess = {
  cause: "login-refused",
  side: "server",
  confidence: 0.95,
  blocks: true,
  facts: { because: "tls" },
};

/** It does not greet as FTP does. Who says nothing at all may be a box on the way that takes up every connection. */
function strangeGuess({ evidence }: Scene, one: ControlEvidence): Guess {
  const looked = evidence.controls.find(({ family, facts }) => family === one.family && facts["speaks"] !== undefined);
  const spoken = spokenBy(looked ?? one);
  if (spoken !== "nothing") return wrongProtocol(true, spoken);
  const how = /closes/.test(String(one.facts["seen"])) ? "lost" : "silent";
  return { cause: "control-cut", side: "undecided", confidence: 0.7, blocks: true, facts: { how, greeted: "no" } };
}

/** vsftpd: "Non-anonymous sessions must use encryption."; ours, Pure-FTPd, FileZilla: "TLS". */
const asksForTls = ({ tls, reply }: ControlEvidence): boolean =>
  tls === "off" && /encrypt|\bTLS\b|\bSSL\b|secure/i.test(reply?.text ?? "");

function handshakeGuess(scene: Scene, one: ControlEvidence, blocks: boolean): Guess {
  const isClear = spokenBy(one) === "ftp" || speaks(scene, one, "off");
  if (one.tls === "implicit" && isClear) return wrongProtocol(blocks, "ftp");
  if (isOther(one)) return wrongProtocol(blocks, spokenBy(one));
  return { cause: "tls-failed", side: "undecided", confidence: 0.8, blocks, facts: { on: "control" } };
}

function lostGuess(scene: Scene, one: ControlEvidence, blocks: boolean): Guess | undefined {
  if (one.tls === "off" && speaks(scene, one, "implicit")) return wrongProtocol(blocks, "tls");
  if (isOther(one) || (one.tls === "off" && spokenBy(one) === "tls")) return wrongProtocol(blocks, spokenBy(one));
  // One that was never greeted says nothing of TLS: it may be one too many.
  if (one.tls === "explicit" && !blocks && one.facts["greeting"] === undefined) return undefined;
  if (one.tls !== "off") return handshakeGuess(scene, one, blocks);
  // What stands in its place is of more weight than one that was lost.
  if (!blocks || isSlow(scene)) return undefined;
  const how = one.outcome === "timed-out" ? "silent" : "lost";
  return {
    cause: "control-cut",
    side: "undecided",
    confidence: 0.7,
    blocks,
    facts: { how, ...(one.reply?.code === 230 && { at: "login" }) },
  };
}

/** The server answers, and so late that the time was over first. */
function isSlow({ evidence }: Scene): boolean {
  const times = answerTimes(evidence);
  return evidence.isCut === true && times.length >= 2 && Math.min(...times) > 1000;
}

const speaks = ({ evidence }: Scene, one: ControlEvidence, tls: TlsUse): boolean =>
  evidence.controls.some((other) => other.family === one.family && other.tls === tls && other.outcome === "ready");

/** What was heard at the port when it was listened to once more. */
const spokenBy = ({ facts }: ControlEvidence): string => String(facts["speaks"] ?? facts["seen"] ?? "");
const isOther = (one: ControlEvidence): boolean =>
  ["ssh", "http", "smtp", "pop3", "imap", "other"].includes(spokenBy(one));

const wrongProtocol = (blocks: boolean, speaking: string): Guess => ({
  cause: "wrong-protocol",
  side: "server",
  confidence: 0.95,
  blocks,
  facts: { speaks: speaking },
});

/** The proxy itself is not reached, or takes us not; or it says that it does not reach the server. */
function proxyStory(scene: Scene, one: ControlEvidence): Story {
  const refuses = / does not connect to /.test(String(one.facts["cause"]));
  const side = refuses ? "undecided" : "client";
  const port = Number(/:(\d+)$/.exec(String(one.facts["proxy"]))?.[1]);
  const story = controlStory(scene, one, {
    cause: "out-refused",
    side,
    confidence: 0.9,
    blocks: true,
    facts: { on: "proxy" },
  });
  return refuses || Number.isNaN(port) ? story : { ...story, port };
}

/** Without the proxy there is no way, and by it there is. */
function proxyStories(scene: Scene): Story[] {
  const { direct = [], controls, proxy } = scene.evidence;
  const first = direct[0];
  if (!first || proxy === undefined || direct.some(hasConnected) || !controls.some(hasConnected)) return [];
  return [
    controlStory(scene, first, {
      cause: "proxy-only",
      side: "client",
      confidence: 0.9,
      blocks: false,
      facts: { proxy },
    }),
  ];
}

/** A command connection that says nothing for a while is forgotten. */
function idleStories(scene: Scene): Story[] {
  const { idle, attempts, controls } = scene.evidence;
  const about = { cause: "control-idle-cut", side: "undecided", blocks: false } as const;
  const worn = attempts.find(isWornOut);
  const any = controls.find(({ outcome }) => outcome === "ready");
  if (idle && idle.outcome !== "alive" && any) {
    return [
      controlStory(scene, any, { ...about, confidence: 0.9, facts: { seconds: idle.seconds, how: idle.outcome } }),
    ];
  }
  if (!worn || idle) return [];
  const { family, tls, control, ms, outcome } = worn;
  const how = outcome === "control-lost" ? "lost" : "silent";
  const seconds = Math.max(1, Math.round(ms / 1000));
  return [
    controlStory(
      scene,
      { family, tls, peer: control.peer, facts: {} },
      { ...about, confidence: 0.7, facts: { seconds, how } },
    ),
  ];
}
