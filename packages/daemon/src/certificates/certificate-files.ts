import fs from "node:fs/promises";
import { fileVersion } from "@twinport/accounts";
import { dayOf } from "./certificate-facts.ts";
import { readCertificate } from "./read-certificate.ts";
import { describe } from "../describe.ts";
import { CertificateError } from "../errors.ts";
import type { Clock, ServerCertificate, Timer } from "@twinport/channel";
import type { Server } from "@twinport/server";
import type { CertificateFacts } from "./certificate-facts.ts";
import type { CertificateFile, ReadCertificate } from "./read-certificate.ts";
import type { Log } from "../log.ts";
import type { Messages } from "../messages/index.ts";

/** How often the files are looked at. */
const LOOK_MS = 5000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** So long before its end a certificate should have been renewed: certbot does so 30 days before. */
const SOON_MS = 14 * DAY_MS;

/** What {@link CertificateFiles} are made with. */
export interface CertificateFilesOptions {
  readonly files: readonly CertificateFile[];
  /** Of the keys that are encrypted. */
  readonly passphrase?: string;
  readonly log: Log;
  readonly messages: Messages;
  readonly clock: Clock;
}

/** Who shows the certificates. */
export type CertificateUser = Pick<Server, "replaceCertificates">;

/**
 * Certificates of files, which are taken up when somebody renews them. While what is there cannot be used, as between the
 * certificate and the key of a renewal, the last good ones stay.
 */
export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  readonly #paths: readonly string[];
  #used: readonly ReadCertificate[] = [];
  /** Of the files that are used. */
  #version = "";
  /** Of those that could not be used when they were last looked at: somebody may still be writing. */
  #doubted: string | undefined;
  /** Of those that the last problem was about. */
  #complained: string | undefined;
  #saidDatesAt = Number.NEGATIVE_INFINITY;
  #user: CertificateUser | undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: CertificateFilesOptions) {
    this.#options = options;
    this.#paths = options.files.flatMap(({ cert, key }) => (key === undefined ? [cert] : [cert, key]));
  }

  /**
   * Reads them for the first time.
   *
   * @throws {CertificateError} for one that cannot be used
   */
  static async load(options: CertificateFilesOptions): Promise<CertificateFiles> {
    const files = new CertificateFiles(options);
    const version = await files.#versionThere();
    files.#take(await files.#read(), version);
    return files;
  }

  /** What is used, in the order of the files. */
  get certificates(): readonly ServerCertificate[] {
    return this.#used.map(({ certificate }) => certificate);
  }

  get facts(): readonly CertificateFacts[] {
    return this.#used.map(({ facts }) => facts);
  }

  /** Looks at the files again and again from now on, gives those that are new to who shows them, and says what ends soon. */
  watch(user: CertificateUser): void {
    this.#user = user;
    this.#sayKeys();
    this.#sayDates();
    this.#wait();
  }

  /**
   * Looks at the files.
   *
   * @param isAsked by somebody who waits for the answer: what is wrong is said at once
   */
  look(isAsked = false): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(isAsked));
    return this.#looking;
  }

  /** Done when no look is under way. */
  settled(): Promise<void> {
    return this.#looking;
  }

  [Symbol.dispose](): void {
    this.#user = undefined;
    this.#timer?.cancel();
  }

  #wait(): void {
    if (!this.#user) return;
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      this.#looking = this.look().then(() => {
        // In both directions: a clock that was set back must not silence it.
        if (Math.abs(this.#options.clock.now() - this.#saidDatesAt) >= DAY_MS) this.#sayDates();
        this.#wait();
      });
    });
  }

  /** Never throws: there is always something to go on with. */
  async #look(isAsked: boolean): Promise<void> {
    const version = await this.#versionThere();
    if (version === this.#version) {
      this.#doubted = this.#complained = undefined;
      return;
    }
    if (version === this.#complained && !isAsked) return;
    try {
      const read = await this.#read();
      const isOther = JSON.stringify(read) !== JSON.stringify(this.#used);
      if (isOther) this.#user?.replaceCertificates(read.map(({ certificate }) => certificate));
      this.#take(read, version);
      if (isOther) this.#sayRenewed();
    } catch (error) {
      // The one file is written before the other: it is no problem before it has lasted.
      if (isAsked || this.#doubted === version) this.#complain(error, version);
      this.#doubted = version;
    }
  }

  #take(read: readonly ReadCertificate[], version: string): void {
    this.#used = read;
    this.#version = version;
    this.#doubted = this.#complained = undefined;
  }

  #read(): Promise<ReadCertificate[]> {
    const { files, passphrase, clock } = this.#options;
    const options = { now: clock.now(), ...(passphrase !== undefined && { passphrase }) };
    return Promise.all(files.map((file) => readCertificate(file, options)));
  }

  /** Taken before the files are read: what is written meanwhile is seen the next time. */
  async #versionThere(): Promise<string> {
    const versions = this.#paths.map(async (path) => {
      try {
        return fileVersion(await fs.stat(path, { bigint: true }));
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code);
      }
    });
    return (await Promise.all(versions)).join(" ");
  }

  #complain(error: unknown, version: string): void {
    const { log, messages } = this.#options;
    this.#complained = version;
    log.report({
      level: "warn",
      event: "certificates-problem",
      facts: error instanceof CertificateError ? { code: error.code, ...error.facts } : { cause: String(error) },
      sentence: messages.tls.kept(describe(error, messages)),
    });
  }

  #sayRenewed(): void {
    const { log, messages } = this.#options;
    for (const { fingerprint, names, validTo } of this.facts) {
      const expires = new Date(validTo).toISOString();
      const sentence = messages.tls.renewed(names.join(", "), fingerprint, dayOf(validTo));
      log.report({ level: "info", event: "certificate-renewed", facts: { names, fingerprint, expires }, sentence });
    }
    this.#sayKeys();
    this.#sayDates();
  }

  /** Keys that anybody on the machine can read. */
  #sayKeys(): void {
    const { log, messages, files } = this.#options;
    for (const [i, { isKeyOpen }] of this.#used.entries()) {
      if (!isKeyOpen) continue;
      const file = files[i]!.key ?? files[i]!.cert;
      log.report({ level: "warn", event: "key-open-to-others", facts: { file }, sentence: messages.tls.keyOpen(file) });
    }
  }

  /** Certificates that clients do not take, or will soon not take any more. */
  #sayDates(): void {
    const { log, messages, files, clock } = this.#options;
    const now = clock.now();
    this.#saidDatesAt = now;
    for (const [i, { validFrom, validTo }] of this.facts.entries()) {
      const file = files[i]!.cert;
      const day = dayOf(validTo);
      const warn = (event: string, sentence: string): void => {
        const facts = { file, from: new Date(validFrom).toISOString(), expires: new Date(validTo).toISOString() };
        log.report({ level: "warn", event, facts, sentence });
      };
      if (now < validFrom) warn("certificate-not-yet-valid", messages.tls.notYetValid(file, dayOf(validFrom)));
      if (now >= validTo) warn("certificate-expired", messages.tls.expired(file, day));
      else if (validTo - now < SOON_MS) warn("certificate-expires", messages.tls.expiresSoon(file, day));
    }
  }
}
