/**
 * Offsets in code points, which the server counts in, and in UTF-16 units, which the browser
 * counts in. This is the only place that converts between the two.
 */
export class Offsets {
  /** UTF-16 positions of the code points that need two units, ascending. */
  private readonly wide: number[];
  readonly text: string;
  /** Code points in the text. */
  readonly length: number;

  constructor(text: string) {
    this.text = text;
    this.wide = [];
    for (let at = 0; at < text.length; at++) {
      // A lone surrogate is one code point to the server, as it is to codePointAt.
      if ((text.codePointAt(at) ?? 0) > 0xffff) this.wide.push(at++);
    }
    this.length = text.length - this.wide.length;
  }

  /** Position in code points of a position in units; the middle of a pair counts as its start. */
  toPoints(unit: number): number {
    let low = 0;
    let high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.wide[middle] ?? 0) < unit) low = middle + 1;
      else high = middle;
    }
    // With `unit` in the middle of the last pair counted, unit - low is that pair's start.
    return unit - low;
  }

  /** Position in units of a position in code points. */
  toUnits(point: number): number {
    let low = 0;
    let high = this.wide.length;
    // The code point index of wide[i] is wide[i] - i.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.wide[middle] ?? 0) - middle < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  }

  /** The text between two positions in code points. */
  slice(start: number, end: number): string {
    return this.text.slice(this.toUnits(start), this.toUnits(end));
  }
}
