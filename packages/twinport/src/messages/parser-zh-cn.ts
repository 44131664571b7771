/** What the parser of the arguments says by itself, in English. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/error: missing required argument '(.*)'/, "错误：缺少参数 '$1'"],
  [/error: option '(.*)' argument missing/, "错误：选项 '$1' 缺少值"],
  [
    /error: option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\./s,
    "错误：选项 '$1' 的值 '$2' 无效。可选值：$3。",
  ],
  [/error: unknown option '(.*)'/, "错误：未知选项 '$1'"],
  [/error: unknown command '(.*)'/, "错误：未知命令 '$1'"],
  [
    /error: too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+)\./,
    "错误：'$1' 的参数过多：应为 $2 个，却有 $3 个",
  ],
  [/error: too many arguments\. Expected (\d+) arguments? but got (\d+)\./, "错误：参数过多：应为 $1 个，却有 $2 个"],
  [/\(Did you mean one of (.*)\?\)/, "（是否想用其中之一：$1？）"],
  [/\(Did you mean (.*)\?\)/, "（是否想用 $1？）"],
];

const titles: Readonly<Record<string, string>> = {
  "Usage:": "用法：",
  "Arguments:": "参数：",
  "Options:": "选项：",
  "Commands:": "命令：",
};

/** What is wrong with the arguments. */
export function parserErrorInChinese(text: string): string {
  return sentences.reduce((said, [english, chinese]) => said.replace(english, chinese), text);
}

/** A title of the help. */
export function helpTitleInChinese(title: string): string {
  return titles[title] ?? title;
}
