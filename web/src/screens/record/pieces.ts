/** Cutting a text wherever a span begins or ends, so that spans may overlap. */

export type Mark = { start: number; end: number; by: string };

/** A part of the text, where it starts, and who marked it. */
export type Piece = { start: number; text: string; by: string[] };

/** The whole text in pieces; places are half-open and count code points. */
export function pieces(text: string, marks: Mark[]): Piece[] {
  const points = [...text];
  const cuts = new Set([0, points.length]);
  for (const { start, end } of marks) {
    cuts.add(Math.max(0, Math.min(start, points.length)));
    cuts.add(Math.max(0, Math.min(end, points.length)));
  }
  const places = [...cuts].sort((one, other) => one - other);
  return places.slice(0, -1).map((start, at) => ({
    start,
    text: points.slice(start, places[at + 1]).join(""),
    by: [
      ...new Set(
        marks.filter((mark) => mark.start <= start && start < mark.end).map(({ by }) => by),
      ),
    ],
  }));
}
