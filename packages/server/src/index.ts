export * from "./errors.ts";
export * from "./observe.ts";
export type {
  ActiveOptions,
  ClientNetwork,
  HookRefusal,
  HostOptions,
  Hooks,
  Limits,
  PassiveAddressRule,
  PassiveOptions,
  PlannedTransfer,
  ServerOptions,
  SiteVerb,
} from "./options.ts";
export { defaultPassivePorts } from "./options.ts";
export * from "./server.ts";
export type { ClientCertificates, SessionReuse, TlsNeed, TlsOptions } from "./tls-options.ts";
