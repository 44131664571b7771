/** What `twinport doctor --server` says of the server that it examines, in English. */
export const doctorServerEn = {
  asSaid: "The server that the arguments describe:",
  asItRuns: (pid: number, line: string) => `The server that runs (pid ${pid}): ${line}`,
  hidden: "It is another user's: what it has open is not seen from here. Run this as root to see it.",
  others: (pids: readonly number[]) =>
    `Others that run are not examined: pid ${pids.join(", ")}. Arguments as those of serve choose one (--listen …).`,
  noneRuns: "No twinport serve runs in this network; examined is what it would be with no arguments.",
  notSeen: "Which servers run is not seen on this system; examined is what one would be with no arguments.",
};

/** The sentences of `twinport doctor --server`. */
export type DoctorServerMessages = typeof doctorServerEn;
