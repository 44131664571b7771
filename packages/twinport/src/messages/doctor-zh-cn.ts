import type { DoctorMessages } from "./doctor-en.ts";

/** What `twinport doctor` says, in Chinese. */
export const doctorZhCn: DoctorMessages = {
  doctor: "doctor",
};
