/** Cuts a text where spans begin and end, so that each piece lies wholly in or out of each. */
import type { Range } from "../../text/words";

export type Piece<Item extends Range> = { start: number; end: number; covering: Item[] };

export function pieces<Item extends Range>(length: number, items: Item[]): Piece<Item>[] {
  const cuts = [...new Set([0, length, ...items.flatMap(({ start, end }) => [start, end])])]
    .filter((cut) => cut >= 0 && cut <= length)
    .sort((one, other) => one - other);
  const found: Piece<Item>[] = [];
  for (let at = 0; at + 1 < cuts.length; at++) {
    const start = cuts[at] ?? 0;
    const end = cuts[at + 1] ?? length;
    const covering = items.filter((item) => item.start <= start && end <= item.end);
    found.push({ start, end, covering });
  }
  return found;
}
