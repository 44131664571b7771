export * from "./deployment.ts";
export * from "./evidence.ts";
export * from "./findings.ts";
export * from "./flows.ts";
export * from "./language.ts";
export type { Picture, PictureBox, PictureStep } from "./explain/picture.ts";
