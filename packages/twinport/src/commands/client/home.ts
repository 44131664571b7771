import { homedir } from "node:os";

/** The user's own folder. */
export function homeOf(environment: NodeJS.ProcessEnv): string {
  return environment["HOME"] ?? homedir();
}
