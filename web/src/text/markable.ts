import { Offsets } from "./offsets";
import { type Range, Words } from "./words";

/** What marking needs to know of a text; made once a text, the words when they are first needed. */
export class MarkableText {
  readonly offsets: Offsets;
  private found: Words | null = null;

  constructor(text: string) {
    this.offsets = new Offsets(text);
  }

  get text(): string {
    return this.offsets.text;
  }

  get words(): Words {
    this.found ??= new Words(this.text);
    return this.found;
  }

  toUnits({ start, end }: Range): Range {
    return { start: this.offsets.toUnits(start), end: this.offsets.toUnits(end) };
  }

  toPoints({ start, end }: Range): Range {
    return { start: this.offsets.toPoints(start), end: this.offsets.toPoints(end) };
  }
}
