/** Tells the tabs of one browser apart: who has which records, so that no two show the same. */

type Message = { type: "ask" } | { type: "held" | "done" | "free"; ids: string[]; since: number };

type Parts = {
  /** Records of this tab. */
  held: () => string[];
  /** Another tab has these. */
  onHeld: (ids: string[]) => void;
};

export class Desks {
  private readonly channel: BroadcastChannel;
  private readonly theirs = new Set<string>();
  /** The tab that was here first keeps what two have. */
  private readonly since = Date.now() + Math.random();
  private readonly parts: Parts;

  constructor(datasetId: string, parts: Parts) {
    this.parts = parts;
    this.channel = new BroadcastChannel(`goldspan.desks.${datasetId}`);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data);
  }

  ask(): void {
    this.channel.postMessage({ type: "ask" } satisfies Message);
  }

  announce(type: "held" | "done" | "free", ids: string[]): void {
    this.channel.postMessage({ type, ids, since: this.since } satisfies Message);
  }

  has(id: string): boolean {
    return this.theirs.has(id);
  }

  close(): void {
    this.channel.close();
  }

  private hear(message: Message): void {
    if (message.type === "ask") {
      this.announce("held", this.parts.held());
    } else if (message.type === "free") {
      for (const id of message.ids) this.theirs.delete(id);
    } else if (message.type === "done" || message.since < this.since) {
      for (const id of message.ids) this.theirs.add(id);
      this.parts.onHeld(message.ids);
    }
  }
}
