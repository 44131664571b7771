import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main } from "../../main.ts";

async function explain(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(output), text(errors)]);
  const terminal = { input: new PassThrough(), output, errors, environment: { LANG: "C" }, now: Date.now };
  const code = await main(["explain", ...args], terminal);
  output.end();
  errors.end();
  const [told, complained] = await said;
  return { code, output: told, errors: complained };
}

test("a reply is explained by the moments at which it comes", async () => {
  const { code, output } = await explain("425");
  expect(code).toBe(0);
  expect(output).toMatch(/^425: /);
  expect(output).toContain("tls-reuse-required");
  expect(output).toContain("docs/reference/findings/codes.md#425");
});

test("the same in Chinese names the Chinese page", async () => {
  const { output } = await explain("ECONNRESET", "--lang", "zh-CN");
  expect(output).toMatch(/^ECONNRESET：/);
  expect(output).toContain("docs/zh-CN/reference/findings/codes.md#econnreset");
});

test("to programs it is one object", async () => {
  const { output } = await explain("curl:28", "--json");
  const explained = JSON.parse(output) as { word: string; stories: { causes: { cause: string }[] }[] };
  expect(explained.word).toBe("curl 28");
  expect(explained.stories.flatMap(({ causes }) => causes.map(({ cause }) => cause))).toContain("out-silent");
});

test("a word of which nothing is known is a mistake of the command line, and near words are named", async () => {
  const { code, output, errors } = await explain("ECONRESET");
  expect(code).toBe(2);
  expect(output).toBe("");
  expect(errors).toContain("ECONNRESET");
});
