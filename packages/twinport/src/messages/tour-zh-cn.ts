import { sumOf } from "./tour-en.ts";
import type { TourMessages } from "./tour-en.ts";

/** What `twinport tour` says, in Chinese. */
export const tourZhCn: TourMessages = {
  tour: "在本机看两种模式：一个服务器和一个客户端，各传输一次，用真实端口画出来",
  json: "以 JSON 对象输出两幅图",
  svg: "同时将两幅图以 SVG 格式写入该文件",
  intro: (file, bytes) => `服务器和客户端都在这台计算机上。两种模式各取一次 ${file}（${bytes} 字节）。`,
  titles: { active: "主动模式：服务器敲门，客户端开门", passive: "被动模式：客户端敲门，服务器开门" },
  asks: {
    active: (line, port) => `${line}（来连我的 ${port} 端口）`,
    passive: (line) => `${line}（我该连哪个端口？）`,
  },
  connects: { active: "打开数据连接，发送数据", passive: "打开数据连接" },
  data: { active: "ACK", passive: "发送数据，ACK" },
  seen: "看到的是：",
  opened: {
    active: ({ clientControl: command, clientData: data }) => {
      const added = data === command + 1 ? `${command} + 1；` : "";
      return `主动模式：客户端打开了 ${data}（${added}PORT 中写作 ${sumOf(data)}），服务器来敲门。`;
    },
    passive: ({ serverData }) =>
      `被动模式：服务器打开了 ${serverData}（227 中写作 ${sumOf(serverData)}），客户端来敲门。`,
  },
  lesson: "防火墙必须让敲门的人进来：主动模式看客户端的防火墙，被动模式看服务器的防火墙。",
  next: "接下来：",
  doctor: "哪些模式在您的服务器上可用，其余的被什么挡住",
  explain: "加上防火墙的图，以及必须打开什么",
  notListening: (why) => `无法在本机的 127.0.0.1 上监听，因而无法演示：${why}`,
  notMoved: (mode) => `本机的${mode === "active" ? "主动" : "被动"}模式传输没有完成`,
};
