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
  private parts: Parts = { held: () => [], onHeld: () => {} };

  /** Asks the other tabs what they have. */
  constructor(datasetId: string) {
    this.channel = new BroadcastChannel(`goldspan.desks.${datasetId}`);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => this.hear(data);
    this.channel.postMessage({ type: "ask" } satisfies Message);
  }

  /** Speak for a screen from now on. */
  serve(parts: Parts): void {
    this.parts = parts;
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

let asking: { datasetId: string; desks: Desks } | null = null;

/** Ask the other tabs before the screen is there: their answers take as long as the server's. */
export function askOtherTabs(datasetId: string): void {
  asking = { datasetId, desks: new Desks(datasetId) };
}

/** Those that were asked ahead, or others. */
export function openDesks(datasetId: string): Desks {
  const ready = asking?.datasetId === datasetId ? asking.desks : new Desks(datasetId);
  asking = null;
  return ready;
}
