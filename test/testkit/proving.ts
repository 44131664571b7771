import process from "node:process";

/** The long forms run where TWINPORT_PROVE is set; everywhere else the same tests run with smaller numbers. */
export const proving = process.env["TWINPORT_PROVE"] === "1";
