import { X509Certificate } from "node:crypto";
import os from "node:os";
import { Command, Option } from "commander";
import { displayWidth, padToWidth } from "@twinport/protocol";
import { UsageError } from "../usage-error.ts";
import type { CertificateFacts, CertificateName, CertificatePlace } from "@twinport/daemon";
import type { CommandSetting } from "./command-setting.ts";
import type { Messages } from "../messages/index.ts";

interface CertFlags {
  readonly out: string;
  readonly days: string;
  readonly bits: string;
  readonly force?: true;
  readonly json?: true;
}

/** `twinport cert [NAME…]`. */
export function certCommand({ messages, terminal }: CommandSetting): Command {
  const say = messages.cert;
  return new Command("cert")
    .description(say.cert)
    .argument("[name...]", say.names)
    .option("--out <folder>", say.out, ".")
    .option("--days <n>", say.days, "825")
    .addOption(new Option("--bits <n>", say.bits).choices(["2048", "3072", "4096"]).default("2048"))
    .option("--force", say.force)
    .option("--json", say.json)
    .action(async (written: readonly string[], flags: CertFlags) => {
      const days = daysOf(flags.days, messages);
      // The daemon is not small: it is loaded when it is needed.
      const daemon = await import("@twinport/daemon");
      const nameOf = (name: string): CertificateName => {
        const read = daemon.parseCertificateName(name);
        if (!read) throw new UsageError(say.notAName(name));
        return read;
      };
      const names =
        written.length > 0
          ? written.map(nameOf)
          : ownNames().flatMap((name) => daemon.parseCertificateName(name) ?? []);
      const place = daemon.certificatePlace(flags.out);
      const [there] = flags.force ? [] : await daemon.filesThere(place);
      if (there !== undefined) throw new UsageError(say.isThere(there));
      const made = await daemon.makeCertificate({
        names: unique(names),
        bits: Number(flags.bits),
        days,
        now: terminal.now(),
      });
      try {
        await daemon.writeCertificate(place, made, { replace: flags.force ?? false });
      } catch (cause) {
        throw new Error(say.notWritten(flags.out, String((cause as NodeJS.ErrnoException).code)), { cause });
      }
      const facts = daemon.certificateFacts(new X509Certificate(made.cert));
      const lines = flags.json
        ? [jsonOf(place, facts)]
        : told(facts, { place, day: daemon.dayOf(facts.validTo), quote: daemon.shellWord, messages });
      terminal.output.write(lines.map((line) => `${line}\n`).join(""));
    });
}

function ownNames(): string[] {
  return ["localhost", "127.0.0.1", "::1", os.hostname()];
}

function unique(names: readonly CertificateName[]): CertificateName[] {
  return [...new Map(names.map((name) => [name.text, name])).values()];
}

function daysOf(value: string, { cert: say }: Messages): number {
  const days = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (days < 1 || days > 36_500) throw new UsageError(say.notDays(value));
  return days;
}

function jsonOf(place: CertificatePlace, { names, fingerprint, keyPin, validTo }: CertificateFacts): string {
  return JSON.stringify({ ...place, names, fingerprint, keyPin, expires: new Date(validTo).toISOString() });
}

interface Telling {
  readonly place: CertificatePlace;
  /** On which the certificate ends. */
  readonly day: string;
  readonly quote: (word: string) => string;
  readonly messages: Messages;
}

function told(facts: CertificateFacts, { place, day, quote, messages }: Telling): string[] {
  const say = messages.cert;
  const { names, fingerprint, keyPin } = facts;
  const [cert, key] = [quote(place.cert), quote(place.key)];
  const host = names.find((name) => !name.startsWith("*")) ?? "HOST";
  const url = `ftpes://NAME@${host.includes(":") ? `[${host}]` : host}:2121/`;
  const rows = [
    [say.certificate, place.cert],
    [say.key, say.keepSecret(place.key)],
    [say.fingerprint, fingerprint],
    [say.keyPin, keyPin],
    [say.serve, `twinport serve --tls-cert ${cert} --tls-key ${key}`],
    [say.connect, `twinport ls --ca ${cert} ${url}`],
    [say.pin, `twinport ls --pin ${keyPin} ${url}`],
  ] as const;
  const column = Math.max(...rows.map(([title]) => displayWidth(title))) + 2;
  return [say.made(names.join(", "), day), ...rows.map(([title, text]) => `  ${padToWidth(title, column)}${text}`)];
}
