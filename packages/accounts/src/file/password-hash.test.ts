import { expect, test } from "vitest";
import { derive, hashPassword, parsePasswordHash } from "./password-hash.ts";

test.each(["secret", "", "密码", "x".repeat(4096), "$scrypt$", "a\u0000b"])(
  "the hash of a password is read back, and derived again from it alone",
  async (password) => {
    const text = await hashPassword(password, { ln: 10, r: 8, p: 1 });
    const hash = parsePasswordHash(text)!;
    expect(hash).toMatchObject({ ln: 10, r: 8, p: 1, text });
    expect(hash.salt).toHaveLength(16);
    expect(Buffer.from(await derive(password, hash, 32))).toEqual(hash.hash);
    expect(Buffer.from(await derive(`${password}x`, hash, 32))).not.toEqual(hash.hash);
  },
);

test("two hashes of one password have nothing in common", async () => {
  const cost = { ln: 10, r: 8, p: 1 };
  expect(await hashPassword("secret", cost)).not.toBe(await hashPassword("secret", cost));
});

test("a hash is as strong as is asked for today, unless told otherwise", async () => {
  expect(await hashPassword("secret")).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}\$[\w+/]{43}$/);
});

test("a hash made elsewhere is read: the test vector of RFC 7914 §12", async () => {
  const vector =
    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
  const hash = parsePasswordHash(vector)!;
  expect(Buffer.from(await derive("pleaseletmein", hash, 64))).toEqual(hash.hash);
});

test("the most that a file may ask for can be derived", async () => {
  const hash = parsePasswordHash(`$scrypt$ln=17,r=8,p=1$${"A".repeat(22)}$${"B".repeat(43)}`)!;
  expect(await derive("x", hash, 32)).toHaveLength(32);
});

test.each([22, 39, 42, 44, 85])("a hash that has lost its end (%i letters) is none", (letters) => {
  expect(parsePasswordHash(`$scrypt$ln=14,r=8,p=1$${"A".repeat(22)}$${"A".repeat(letters)}`)).toBeUndefined();
});
