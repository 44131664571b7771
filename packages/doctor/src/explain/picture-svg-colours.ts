/** Colours: those that the reader's system asks for, or always the same. */
export type PictureTheme = "auto" | "light" | "dark";

/** What is drawn in a colour of its own: each text reaches 4.5:1 on what it stands on, each line 3:1. */
const colours = {
  page: { light: "#ffffff", dark: "#0d1117" },
  ink: { light: "#1f2328", dark: "#e6edf3" },
  host: { light: "#ddf1ff", dark: "#11304d" },
  box: { light: "#fff3d1", dark: "#3b2f12" },
  edge: { light: "#76818c", dark: "#7d8894" },
  open: { light: "#1a7f37", dark: "#3fb950" },
  blocked: { light: "#cf222e", dark: "#ff7b72" },
  "not-reached": { light: "#656d76", dark: "#8b949e" },
} as const satisfies Record<string, Record<"light" | "dark", string>>;

type Colour = keyof typeof colours;

/** Which parts have which colour: by class and property. */
const parts: readonly (readonly [part: string, property: "fill" | "stroke", colour: Colour])[] = [
  ["page", "fill", "page"],
  ["title", "fill", "ink"],
  ["text", "fill", "ink"],
  ["host", "fill", "host"],
  ["host", "stroke", "edge"],
  ["box", "fill", "box"],
  ["box", "stroke", "edge"],
  ["life", "stroke", "edge"],
  ...(["open", "blocked", "not-reached"] as const).flatMap(
    (state) =>
      [
        [`line-${state}`, "stroke", state],
        [`head-${state}`, "fill", state],
        [`label-${state}`, "fill", state === "open" ? "ink" : state],
      ] as const,
  ),
];

/**
 * The rules of a theme. Every rule names its theme, for SVGs of different ones may stand in one page, where the styles of
 * one reach all; and no variables are used, for not every program that draws SVG knows them.
 */
export function styleOf(theme: PictureTheme): string {
  const rules = (shade: "light" | "dark"): string =>
    parts
      .map(([part, property, colour]) => `.twinport-${theme} .${part}{${property}:${colours[colour][shade]}}`)
      .join("");
  if (theme !== "auto") return rules(theme);
  return `${rules("light")}@media (prefers-color-scheme: dark){${rules("dark")}}`;
}
