import { expect, test } from "vitest";
import { de as sheetDe, en as sheetEn } from "../shortcuts/texts";
import { de } from "./de";
import { en } from "./en";
import { de as leadDe } from "./lead/de";
import { en as leadEn } from "./lead/en";

const keys = (part: object, path = ""): string[] =>
  Object.entries(part).flatMap(([key, value]) =>
    typeof value === "object" ? keys(value, `${path}${key}.`) : [`${path}${key}`],
  );

/** All texts, those with a gap as they are written. */
const texts = (part: object): string[] =>
  Object.values(part).flatMap((value) =>
    typeof value === "object" ? texts(value) : [String(value)],
  );

test("both languages hold the same texts, none of them empty", () => {
  expect(keys(de).sort()).toEqual(keys(en).sort());
  expect(keys(leadDe).sort()).toEqual(keys(leadEn).sort());
  expect(keys(sheetDe).sort()).toEqual(keys(sheetEn).sort());
  for (const part of [en, de]) expect(JSON.stringify(part)).not.toContain('""');
});

test("German says du, and one word for one thing", () => {
  const all = [...texts(de), ...texts(leadDe), ...texts(sheetDe)];
  expect(all.filter((text) => /\b(Ihnen|Ihre?[mnrs]?|[a-zä]+en Sie)\b|\bSie (haben|dürfen)/.test(text))).toEqual([]);
  expect(all.filter((text) => /Sammlung|Etikett|freiwillig|abgegeben/i.test(text))).toEqual([]);
});
