import { curlDeeds, curlSessions } from "../testkit/curl.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { tlsMatrix } from "../testkit/tls-matrix.ts";

tlsMatrix(
  {
    name: "curl",
    programs: ["curl"],
    ways: [
      { mode: "passive", verb: "EPSV", address: "127.0.0.1" },
      { mode: "passive", verb: "PASV", address: "127.0.0.1" },
      { mode: "passive", verb: "EPSV", address: "::1" },
    ],
    lacks: { "active mode": "curl 7.88 begins no TLS on a connection that it has accepted, and hangs: curl #10666" },
    deeds: curlDeeds,
    sessions: curlSessions,
    oneUpload: {
      "TLSv1.3": "curl 7.88 shows a ticket once, and leaves the new one of a short upload unread: vsftpd says 522 too",
    },
  },
  passiveRange(import.meta.url),
);
