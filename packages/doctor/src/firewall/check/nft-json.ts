/** What `nft -j` prints, as far as it is read: unknown until somebody has looked. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** The one key of an expression or a statement, and what stands under it. */
export function only(value: Json): readonly [string, Json] | undefined {
  return isObject(value) ? Object.entries(value)[0] : undefined;
}
