import { expect, test } from "vitest";
import { helpTitleInChinese, parserErrorInChinese } from "./parser-zh-cn.ts";

test.each([
  ["error: missing required argument 'url'\n", "错误：缺少参数 'url'\n"],
  ["error: option '--ca <file>' argument missing\n", "错误：选项 '--ca <file>' 缺少值\n"],
  [
    "error: unknown option '--resum'\n(Did you mean --resume?)\n",
    "错误：未知选项 '--resum'\n（是否想用 --resume？）\n",
  ],
  [
    "error: unknown command 'gte'\n(Did you mean one of cat, get?)\n",
    "错误：未知命令 'gte'\n（是否想用其中之一：cat, get？）\n",
  ],
  [
    "error: too many arguments for 'mv'. Expected 2 arguments but got 3.\n",
    "错误：'mv' 的参数过多：应为 2 个，却有 3 个\n",
  ],
  ["something else\n", "something else\n"],
])("what the parser says, in Chinese: %j", (english, chinese) => expect(parserErrorInChinese(english)).toBe(chinese));

test("the titles of the help too", () => {
  expect(helpTitleInChinese("Options:")).toBe("选项：");
  expect(helpTitleInChinese("Others:")).toBe("Others:");
});
