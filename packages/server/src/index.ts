export * from "./errors.ts";
export * from "./observe.ts";
export type {
  ActiveOptions,
  HookRefusal,
  Hooks,
  Limits,
  PassiveAddressRule,
  PassiveOptions,
  PlannedTransfer,
  ServerOptions,
  SiteVerb,
} from "./options.ts";
export * from "./server.ts";
