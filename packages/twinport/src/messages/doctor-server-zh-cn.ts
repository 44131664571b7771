import type { DoctorServerMessages } from "./doctor-server-en.ts";

/** What `twinport doctor --server` says of the server that it examines, in Chinese. */
export const doctorServerZhCn: DoctorServerMessages = {
  asSaid: "参数所描述的服务器：",
  asItRuns: (pid, line) => `正在运行的服务器（pid ${pid}）：${line}`,
  hidden: "它属于另一个用户：从这里看不到它打开了什么。以 root 运行本命令即可看到。",
  others: (pids) => `另有正在运行的服务器未检查：pid ${pids.join("、")}。用与 serve 相同的参数（--listen …）选定一个。`,
  noneRuns: "本网络中没有运行 twinport serve；检查的是它不带参数时的样子。",
  notSeen: "本系统看不到运行着哪些服务器；检查的是服务器不带参数时的样子。",
};
