/** What `twinport doctor` says, in English. */
export const doctorEn = {
  doctor: "doctor",
};

/** The sentences of `twinport doctor`. */
export type DoctorMessages = typeof doctorEn;
