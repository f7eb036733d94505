/** Cutting a long text around what was searched for. */

export type Part = { text: string; marked: boolean };

/**
 * The text in parts, at most `longest` code points of it, beginning a little before the first
 * place. Places are half-open and count code points.
 */
export function excerpt(text: string, places: [number, number][], longest: number): Part[] {
  const points = [...text];
  const sorted = [...places].sort(([one], [other]) => one - other);
  const first = sorted[0]?.[0] ?? 0;
  const from =
    points.length <= longest ? 0 : Math.max(0, Math.min(first - 60, points.length - longest));
  const to = Math.min(points.length, from + longest);
  const parts: Part[] = [];
  const add = (start: number, end: number, marked: boolean) => {
    if (start < end) parts.push({ text: points.slice(start, end).join(""), marked });
  };
  if (from > 0) parts.push({ text: "… ", marked: false });
  let at = from;
  for (const [start, end] of sorted) {
    if (end <= at || start >= to) continue;
    add(at, Math.max(at, start), false);
    add(Math.max(at, start), Math.min(end, to), true);
    at = Math.min(end, to);
  }
  add(at, to, false);
  if (to < points.length) parts.push({ text: " …", marked: false });
  return parts;
}
