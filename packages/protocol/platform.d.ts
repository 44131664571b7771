// All that this package may take from the platform: what a browser and Node both have, and that neither
// waits, connects nor reads. Checked here instead of with "dom" or "webworker", which would bring timers,
// fetch and sockets within reach. Never shipped: whoever uses the package has these from its own platform.

// Values without a type of the same name, as Node's own types have it: the type of one is InstanceType<typeof …>.
declare var TextEncoder: new () => {
  readonly encoding: string;
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
};
declare var TextDecoder: new (
  label?: string,
  options?: { fatal?: boolean; ignoreBOM?: boolean },
) => {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
};

interface URL {
  readonly href: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}
declare var URL: { prototype: URL; new (url: string, base?: string | URL): URL };
