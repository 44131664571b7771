import type { DoctorServerMessages } from "./doctor-server-en.ts";

/** What `twinport doctor --server` says of the server that it examines, in Chinese. */
export const doctorServerZhCn: DoctorServerMessages = {
  asSaid: "参数所描述的服务器：",
  asItRuns: (pid, line) => `正在运行的服务器（pid ${pid}）：${line}`,
  noneRuns: "本网络中没有运行 twinport serve；检查的是它不带参数时的样子。",
  notSeen: "本系统看不到运行着哪些服务器；检查的是服务器不带参数时的样子。",
};
