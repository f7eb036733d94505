/**
 * Responses on their way to the server: kept in the browser's storage until they are on the
 * server's disk, sent again while nobody answers, one per record.
 *
 * The storage is the truth, so that several tabs can share it: before each try an entry is read
 * again, and one that another tab has sent or replaced meanwhile is left alone. The key that goes
 * with each try makes the server carry it out once.
 */
import { ApiError } from "../api/http";
import type { ResponseBody, Saved } from "../api/tasks";
import { randomId } from "./random";
import type { KeptTexts } from "./store";

export type Entry = {
  /** Names this very save: a later one of the same record has another. */
  id: string;
  recordId: string;
  datasetId: string;
  body: ResponseBody;
  /** Milliseconds since 1970. */
  madeAt: number;
  /** Why the server refused it for good; null while it may still be saved. */
  refused: string | null;
};

export type QueueState = {
  /** Not yet on the server. */
  waiting: number;
  /** The last try failed, and there will be another. */
  failing: boolean;
  /** Nothing is sent before somebody signs in. */
  signedOut: boolean;
  refused: Entry[];
};

type Send = (recordId: string, body: ResponseBody, id: string) => Promise<Saved>;
type OnSaved = (entry: Entry, saved: Saved) => void;

const AT_ONCE = 4;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Do something that one tab at a time may do. Browsers offer locks on encrypted and loopback
 * addresses only; elsewhere the key of each try keeps the server from saving twice.
 */
async function inTurn(name: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(`goldspan.save.${name}`, work);
}

export class SaveQueue {
  private readonly kept: KeptTexts;
  private readonly send: Send;
  private readonly sending = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private readonly savedListeners = new Set<OnSaved>();
  private waitMs = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private signedOut = false;
  private state: QueueState;

  constructor(kept: KeptTexts, send: Send) {
    this.kept = kept;
    this.send = send;
    this.state = this.read();
  }

  /** Take a response over; it replaces one of the same record that is still waiting. */
  put(recordId: string, datasetId: string, body: ResponseBody): void {
    const entry: Entry = {
      id: randomId(),
      recordId,
      datasetId,
      body,
      madeAt: Date.now(),
      refused: null,
    };
    this.kept.set(recordId, JSON.stringify(entry));
    this.changed();
    this.pump();
  }

  /** What is waiting for a record, or null. */
  entry(recordId: string): Entry | null {
    return parse(this.kept.get(recordId));
  }

  /** Ids of records whose response is not on the server yet. */
  recordIds(): string[] {
    return this.kept.keys();
  }

  /** Give up a response that was refused. */
  drop(recordId: string): void {
    this.kept.remove(recordId);
    this.changed();
  }

  /** Try now: somebody signed in, the network is back, the tab was opened. */
  resume(): void {
    this.signedOut = false;
    this.waitMs = FIRST_WAIT_MS;
    this.stopTimer();
    this.changed();
    this.pump();
  }

  /** Stop trying; the entries stay. */
  close(): void {
    this.stopTimer();
    this.signedOut = true;
  }

  /** Read the storage again: another tab changed it. */
  refresh(): void {
    this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onSaved(listener: OnSaved): () => void {
    this.savedListeners.add(listener);
    return () => this.savedListeners.delete(listener);
  }

  getState = (): QueueState => this.state;

  private read(): QueueState {
    const entries = this.entries();
    return {
      waiting: entries.filter(({ refused }) => refused === null).length,
      failing: this.timer !== null,
      signedOut: this.signedOut,
      refused: entries.filter(({ refused }) => refused !== null),
    };
  }

  private entries(): Entry[] {
    return this.kept
      .keys()
      .map((key) => parse(this.kept.get(key)))
      .filter((entry) => entry !== null)
      .sort((one, other) => one.madeAt - other.madeAt);
  }

  private changed(): void {
    this.state = this.read();
    for (const listener of this.listeners) listener();
  }

  private pump(): void {
    if (this.signedOut || this.timer !== null) return;
    for (const entry of this.entries()) {
      if (this.sending.size >= AT_ONCE) return;
      if (entry.refused === null && !this.sending.has(entry.recordId)) void this.try(entry);
    }
  }

  private async try(entry: Entry): Promise<void> {
    this.sending.add(entry.recordId);
    try {
      await inTurn(entry.id, async () => {
        // Another tab may have sent or replaced it while this one waited for its turn.
        if (this.entry(entry.recordId)?.id !== entry.id) return;
        const saved = await this.send(entry.recordId, entry.body, entry.id);
        this.waitMs = FIRST_WAIT_MS;
        // A newer response of the same record may have come in since; it stays and is sent next.
        if (this.entry(entry.recordId)?.id === entry.id) this.kept.remove(entry.recordId);
        for (const listener of this.savedListeners) listener(entry, saved);
      });
    } catch (error) {
      this.onFailure(entry, error);
    } finally {
      this.sending.delete(entry.recordId);
      this.changed();
      this.pump();
    }
  }

  private onFailure(entry: Entry, error: unknown): void {
    if (error instanceof ApiError && error.status === 401) {
      this.signedOut = true;
    } else if (error instanceof ApiError && isFinal(error)) {
      if (this.entry(entry.recordId)?.id !== entry.id) return;
      this.kept.set(entry.recordId, JSON.stringify({ ...entry, refused: error.message }));
    } else {
      const named = error instanceof ApiError ? error.retryAfterS : null;
      this.retryIn(named === null ? this.waitMs : named * 1000);
      this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  private retryIn(ms: number): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.changed();
      this.pump();
    }, ms);
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** Whether the same request would be refused again: a fault in it, not in the way to the server. */
function isFinal({ status, params }: ApiError): boolean {
  // This very save is under way elsewhere, or its answer was lost; the next try gets the answer.
  if (status === 409 && "idempotency_key" in params) return false;
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

function parse(text: string | null): Entry | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Entry;
  } catch {
    return null;
  }
}
