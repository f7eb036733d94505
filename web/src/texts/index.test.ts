import { expect, test } from "vitest";
import { de } from "./de";
import { en } from "./en";

const keys = (part: object, path = ""): string[] =>
  Object.entries(part).flatMap(([key, value]) =>
    typeof value === "object" ? keys(value, `${path}${key}.`) : [`${path}${key}`],
  );

test("both languages hold the same texts, none of them empty", () => {
  expect(keys(de).sort()).toEqual(keys(en).sort());
  for (const part of [en, de]) expect(JSON.stringify(part)).not.toContain('""');
});
