/**
 * The records that come next: asked for ahead, so that none is waited for; kept for oneself while
 * they lie here; and never the ones that other tabs of this browser have.
 */
import { ApiError } from "../../api/http";
import {
  AHEAD,
  MOST_TASKS,
  type MyProgress,
  type Task,
  heartbeat,
  nextTasks,
  releaseLeases,
} from "../../api/tasks";
import type { SaveQueue } from "../../saving/queue";
import { type Desks, openDesks } from "./desks";

/** What the sitting says, and what it is told. */
type Parts = {
  /** The record on the desk, which is kept as well. */
  onDesk: () => Task | null;
  /** The progress is null where a response has arrived since it was counted. */
  onProgress: (progress: MyProgress | null) => void;
  /** How many responses have arrived at the server in this sitting. */
  arrived: () => number;
  /** Records lie here, and the desk is empty. */
  onReady: () => void;
  /** The desk is empty, and nothing is left to be given now. */
  onExhausted: () => void;
  /** The server refused, or did not answer; in the latter case it is asked again. */
  onFailed: (error: unknown, refused: boolean) => void;
  /** How a task looks with its lease renewed, and the records that others may be given. */
  onLeases: (renewed: (task: Task) => Task, lost: Set<string>) => void;
  /** Another tab has these. */
  onTheirs: (ids: Set<string>) => void;
};

/** Answered records that are kept from being given again until the server has heard of them. */
const REMEMBERED = 200;
const RETRY_MS = 3_000;
const SHORTEST_BEAT_MS = 20_000;
const LONGEST_BEAT_MS = 240_000;

type Timer = ReturnType<typeof setTimeout>;

export class Supply {
  private upcoming: Task[] = [];
  /** Answered or skipped in this sitting: the server may still offer them for a moment. */
  private readonly answered = new Set<string>();
  private readonly skipped = new Set<string>();
  /** Records that the server offers and other tabs have, about. */
  private elsewhere = 0;
  private filling = false;
  private closed = false;
  private beat: Timer | null = null;
  private retry: Timer | null = null;
  private readonly others: Desks;
  private readonly datasetId: string;
  private readonly queue: SaveQueue;
  private readonly parts: Parts;

  constructor(datasetId: string, queue: SaveQueue, parts: Parts) {
    this.datasetId = datasetId;
    this.queue = queue;
    this.parts = parts;
    this.others = openDesks(datasetId);
    this.others.serve({
      held: () => this.heldIds(),
      onHeld: (ids) => this.leaveToOthers(new Set(ids)),
    });
  }

  start(): void {
    void this.fill();
  }

  close(): void {
    this.others.announce("free", this.heldIds());
    this.closed = true;
    if (this.beat) clearTimeout(this.beat);
    if (this.retry) clearTimeout(this.retry);
    this.others.close();
  }

  /** Let other people have what lies here, and what else is named. */
  release(others: string[]): void {
    const free = [...this.upcoming.map(({ record }) => record.id), ...others];
    if (free.length > 0) releaseLeases(free).catch(() => {});
  }

  /** Take the next record, if there is one; others are asked for in its place. */
  take(): Task | undefined {
    const task = this.upcoming.shift();
    if (this.upcoming.length < AHEAD - 1) void this.fill();
    return task;
  }

  /** Put a record back, as the next one. */
  putBack(task: Task): void {
    this.upcoming.unshift(task);
  }

  /** A record is on the desk by another way. */
  remove(recordId: string): void {
    this.upcoming = this.upcoming.filter(({ record }) => record.id !== recordId);
  }

  /** Do not give an answered record again. */
  finish(recordId: string): void {
    this.answered.add(recordId);
    const [oldest] = this.answered;
    if (oldest !== undefined && this.answered.size > REMEMBERED) this.answered.delete(oldest);
    this.others.announce("done", [recordId]);
  }

  /** An answer was taken back: the record may be given again. */
  reopen(recordId: string): void {
    this.answered.delete(recordId);
  }

  /** Give a record again once nothing else is left. */
  postpone(recordId: string): void {
    this.skipped.add(recordId);
  }

  heldIds(): string[] {
    const ids = this.upcoming.map(({ record }) => record.id);
    const desk = this.parts.onDesk();
    return desk ? [...ids, desk.record.id] : ids;
  }

  // Asking for more

  async fill(): Promise<void> {
    if (this.filling || this.closed) return;
    this.filling = true;
    try {
      const unsaved = this.queue.recordIds().length;
      const count = Math.min(MOST_TASKS, AHEAD + unsaved + this.upcoming.length + this.elsewhere);
      const arrived = this.parts.arrived();
      const { items, progress } = await nextTasks(this.datasetId, count);
      if (this.closed) return;
      const fresh = this.keepNew(items);
      this.others.announce("held", this.heldIds());
      this.parts.onProgress(arrived === this.parts.arrived() ? progress : null);
      const isMore = items.length >= count && count < MOST_TASKS;
      if (!this.parts.onDesk() && !(fresh === 0 && isMore)) this.afterFill(items.length, unsaved);
      if (isMore && this.upcoming.length < AHEAD - 1) {
        // Of what was offered, much lies on the desk of another tab: ask for what comes behind it.
        this.elsewhere += AHEAD;
        this.fillIn(0);
      }
    } catch (error) {
      this.onFillFailed(error);
    } finally {
      this.filling = false;
      this.planBeat();
    }
  }

  /** Keep what was offered and is new here; return how much of it was new. */
  private keepNew(items: Task[]): number {
    const fresh = items.filter(({ record }) => this.isNew(record.id));
    const unskipped = fresh.filter(({ record }) => !this.skipped.has(record.id));
    // What was skipped comes again once nothing else is left.
    const taken = unskipped.length > 0 || this.upcoming.length > 0 ? unskipped : fresh;
    this.upcoming.push(...taken);
    return fresh.length;
  }

  private isNew(id: string): boolean {
    const known = this.answered.has(id) || this.heldIds().includes(id) || this.others.has(id);
    return !known && !this.isOnItsWay(id);
  }

  /** Answered before this sitting began, and still to arrive at the server. */
  private isOnItsWay(id: string): boolean {
    const waiting = this.queue.entry(id);
    return waiting !== null && waiting.refused === null && waiting.body.status !== "draft";
  }

  private afterFill(offered: number, unsaved: number): void {
    if (this.upcoming.length > 0) this.parts.onReady();
    // The server still offers what is on its way to it: ask again when that has arrived.
    else if (offered > 0 && unsaved > 0) this.fillIn(300);
    else this.parts.onExhausted();
  }

  private onFillFailed(error: unknown): void {
    const refused = error instanceof ApiError && error.status !== 401 && error.status < 500;
    this.parts.onFailed(error, refused);
    if (!refused) this.fillIn(RETRY_MS);
  }

  private fillIn(ms: number): void {
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.fill(), ms);
  }

  // Keeping

  private planBeat(): void {
    if (this.beat) clearTimeout(this.beat);
    if (this.closed) return;
    const ends = [this.parts.onDesk(), ...this.upcoming]
      .map((task) => (task?.lease ? Date.parse(task.lease.expires_at) : Number.NaN))
      .filter(Number.isFinite);
    if (ends.length === 0) return;
    const third = (Math.min(...ends) - Date.now()) / 3;
    const ms = Math.min(Math.max(third, SHORTEST_BEAT_MS), LONGEST_BEAT_MS);
    this.beat = setTimeout(() => void this.keepLeases(), ms);
  }

  async keepLeases(): Promise<void> {
    const ids = this.heldIds();
    try {
      if (ids.length > 0) this.onBeat(await heartbeat(ids));
    } catch {
      // The network is away; the next beat tries again, and `lost` tells what came of it.
    } finally {
      this.planBeat();
    }
  }

  private onBeat(answer: Awaited<ReturnType<typeof heartbeat>>): void {
    const until = new Map(answer.items.map((item) => [item.record_id, item.expires_at]));
    const lost = new Set(answer.lost);
    const renewed = (task: Task): Task => {
      const expires = until.get(task.record.id);
      return expires ? { ...task, lease: { expires_at: expires } } : task;
    };
    this.upcoming = this.upcoming.filter(({ record }) => !lost.has(record.id)).map(renewed);
    this.parts.onLeases(renewed, lost);
    if (lost.size > 0) void this.fill();
  }

  private leaveToOthers(ids: Set<string>): void {
    this.upcoming = this.upcoming.filter(({ record }) => !ids.has(record.id));
    this.parts.onTheirs(ids);
  }
}
