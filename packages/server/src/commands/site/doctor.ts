import { codes, formatFarEndReply, parseFarEndRequest, reply } from "@twinport/protocol";
import type { FarEndReply, FarEndRequest, Reply } from "@twinport/protocol";
import type { FarEndRefusal } from "../../far-end/far-end.ts";
import type { Session } from "../../session.ts";
import type { BuiltInSiteVerb } from "./verb.ts";

const refusals: Readonly<Record<FarEndRefusal, Reply>> = {
  "active-off": reply(codes.fileUnavailable, "Active mode is off here: nobody is dialled."),
  "passive-off": reply(codes.fileUnavailable, "Passive mode is off here: there is no range."),
  "port-privileged": reply(codes.notImplementedForArgument, "Ports below 1024 are not dialled."),
  "own-listener": reply(codes.notImplementedForArgument, "This server does not dial itself."),
  "asked-too-often": reply(codes.fileBusy, "That was asked often enough in this session."),
  "not-reserved": reply(codes.badSequence, "That port is not reserved: SITE DOCTOR RESERVE gives one, for 10 s."),
  "none-to-spare": reply(codes.fileBusy, "No port of the passive range can be spared now."),
  "port-held": reply(codes.fileBusy, "That port cannot be dialled from now."),
};

/** For the doctor at the other end: what this end sees of the network between. */
export const doctor: BuiltInSiteVerb = {
  syntax: "PEER | HEARD | PORT port | DIAL port [FROM port] | RESERVE",
  needs: "doctor",
  run: async (session, argument) => {
    const request = parseFarEndRequest(argument);
    if (!request) return reply(codes.badArgument, "SITE DOCTOR needs what SITE HELP says.");
    const answer = await answerTo(session, request);
    return typeof answer === "string" ? refusals[answer] : reply(codes.ok, formatFarEndReply(answer));
  },
};

async function answerTo(session: Session, request: FarEndRequest): Promise<FarEndReply | FarEndRefusal> {
  const { farEnd, control, undertaking } = session;
  switch (request.kind) {
    case "peer":
      return { kind: "peer", peer: control.peer };
    case "heard":
      return farEnd.heard;
    case "arrival": {
      const arrival = await farEnd.arrivalAt(request.port);
      return typeof arrival === "string" ? arrival : { kind: "arrival", port: request.port, ...arrival };
    }
    case "dial":
      return undertaking.work("SITE DOCTOR", (signal) => farEnd.dial(request, signal));
    case "reserve":
      return farEnd.reserve();
  }
}
