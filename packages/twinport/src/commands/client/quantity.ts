const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Reads bytes, as `500k`, `1.5M` or `1000`; k is 1024. Undefined for what is none, or nothing. */
export function parseBytes(written: string): number | undefined {
  const found = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)b?$/i.exec(written);
  const bytes = found
    ? Math.round(Number(found[1]) * (units[(found[2] ?? "").toLowerCase()] ?? Number.NaN))
    : Number.NaN;
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** Reads seconds above 0, which may be a fraction. */
export function parseSeconds(written: string): number | undefined {
  const seconds = /^(?:\d{1,9}(?:\.\d*)?|\.\d+)$/.test(written) ? Number(written) : Number.NaN;
  return seconds > 0 ? seconds : undefined;
}

/** Reads a whole number from the least on. */
export function parseCount(written: string, least: number): number | undefined {
  const count = /^\d{1,6}$/.test(written) ? Number(written) : Number.NaN;
  return count >= least ? count : undefined;
}

/** Reads `FIRST-LAST`, or one port. */
export function parsePorts(written: string): { readonly from: number; readonly to: number } | undefined {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  const from = Number(found?.[1]);
  const to = Number(found?.[2] ?? found?.[1]);
  return from >= 1 && to <= 65_535 && from <= to ? { from, to } : undefined;
}

const steps = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes for people, as `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  let step = 0;
  let value = bytes;
  while (value >= 1023.95 && step < steps.length - 1) {
    value /= 1024;
    step++;
  }
  return `${step === 0 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

/** Seconds for people, as `1:05` or `2:03:04`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number: number): string => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
