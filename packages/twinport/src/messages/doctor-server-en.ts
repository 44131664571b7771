/** What `twinport doctor --server` says of the server that it examines, in English. */
export const doctorServerEn = {
  asSaid: "The server that the arguments describe:",
  asItRuns: (pid: number, line: string) => `The server that runs (pid ${pid}): ${line}`,
  noneRuns: "No twinport serve runs in this network; examined is what it would be with no arguments.",
  notSeen: "Which servers run is not seen on this system; examined is what one would be with no arguments.",
};

/** The sentences of `twinport doctor --server`. */
export type DoctorServerMessages = typeof doctorServerEn;
