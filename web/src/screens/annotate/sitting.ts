/**
 * One sitting at a dataset: the record on the desk, the next ones already here, the last ones to
 * go back to. What is answered goes into the save queue, and the next record is on the desk before
 * the server has heard of it.
 */
import { ApiError } from "../../api/http";
import {
  AHEAD,
  type Judgement,
  MOST_TASKS,
  type MyProgress,
  type Task,
  heartbeat,
  listOwnResponses,
  nextTasks,
  readTask,
  releaseLeases,
  skipRecord,
} from "../../api/tasks";
import type { ResponseStatus } from "../../api/types";
import type { SaveQueue } from "../../saving/queue";
import type { KeptTexts } from "../../saving/store";
import { Desks } from "./desks";
import { type Answers, type Setup, fromValues, suggestionsOf, toValues } from "./model";
import { Stopwatch } from "./stopwatch";

/** A record that is being worked on. */
export type Desk = {
  task: Task;
  answers: Answers;
  /** Somebody changed the answers since they were last saved. */
  touched: boolean;
  /** What the response was when the record came to the desk; null for a new one. */
  status: ResponseStatus | null;
  /** Somebody else may be given this record meanwhile. */
  leaseLost: boolean;
};

export type SittingState = {
  desk: Desk | null;
  /** The first answer of the server is still to come. */
  loading: boolean;
  /** Nothing is left to be given now. */
  exhausted: boolean;
  error: unknown;
  progress: MyProgress | null;
  canGoBack: boolean;
};

type Done = { task: Task; answers: Answers; status: ResponseStatus };

const HISTORY = 20;
const RETRY_MS = 3_000;
const SHORTEST_BEAT_MS = 20_000;
const LONGEST_BEAT_MS = 240_000;

export class Sitting {
  private state: SittingState = {
    desk: null,
    loading: true,
    exhausted: false,
    error: null,
    progress: null,
    canGoBack: false,
  };
  private upcoming: Task[] = [];
  private history: Done[] = [];
  /** Answered or skipped in this sitting: the server may still offer them for a moment. */
  private readonly answered = new Set<string>();
  private readonly skipped = new Set<string>();
  private olderAsked = false;
  /** Records that the server offers and other tabs have, about. */
  private elsewhere = 0;
  private filling = false;
  private closed = false;
  private beat: ReturnType<typeof setTimeout> | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private watch = new Stopwatch();
  private readonly listeners = new Set<() => void>();
  private readonly others: Desks;
  private readonly setup: Setup;
  private readonly queue: SaveQueue;
  private readonly unsaved: KeptTexts;
  private readonly cleanUp: (() => void)[] = [];

  /**
   * @param setup - the dataset.
   * @param queue - where responses go.
   * @param unsaved - where answers are kept that were not submitted yet.
   */
  constructor(setup: Setup, queue: SaveQueue, unsaved: KeptTexts) {
    this.setup = setup;
    this.queue = queue;
    this.unsaved = unsaved;
    this.others = new Desks(setup.dataset.id, {
      held: () => this.heldIds(),
      onHeld: (ids) => this.leaveToOthers(ids),
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): SittingState => this.state;

  private set(change: Partial<SittingState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  // Coming and going

  start(recordId: string | null): void {
    this.cleanUp.push(
      this.queue.onSaved((entry, saved) => {
        if (entry.datasetId === this.setup.dataset.id) this.set({ progress: saved.progress });
      }),
      on(window, "pagehide", () => this.leave()),
      on(window, "pageshow", (event) => {
        if ((event as PageTransitionEvent).persisted) void this.keepLeases();
      }),
      on(window, "online", () => void this.fill()),
      on(document, "visibilitychange", () => {
        this.watch.setRunning(!document.hidden);
        if (!document.hidden) void this.keepLeases();
      }),
    );
    this.others.ask();
    if (recordId) void this.open(recordId);
    void this.fill();
  }

  close(): void {
    this.leave();
    this.others.announce("free", this.heldIds());
    this.closed = true;
    if (this.beat) clearTimeout(this.beat);
    if (this.retry) clearTimeout(this.retry);
    for (const undo of this.cleanUp) undo();
    this.others.close();
  }

  /** Let others have what is not being worked on; keep what is. */
  private leave(): void {
    const { desk } = this.state;
    if (desk?.touched) this.saveDraft();
    const free = this.upcoming.map(({ record }) => record.id);
    if (desk && !desk.touched && desk.status === null) free.push(desk.task.record.id);
    if (free.length > 0) releaseLeases(free).catch(() => {});
  }

  /** Signed in again, or asked to try again. */
  resume(): void {
    this.set({ error: null });
    void this.fill();
  }

  // The work on the desk

  setAnswers(answers: Answers): void {
    const { desk } = this.state;
    if (!desk) return;
    this.unsaved.set(desk.task.record.id, JSON.stringify(answers));
    this.set({ desk: { ...desk, answers, touched: true } });
  }

  /** Hand the record in, and take the next one. */
  submit(status: "submitted" | "discarded", answers: Answers): void {
    const { desk } = this.state;
    if (!desk) return;
    this.save(desk, status, answers);
    const id = desk.task.record.id;
    this.answered.add(id);
    this.remember({ task: desk.task, answers, status });
    this.others.announce("done", [id]);
    this.next();
  }

  saveDraft(): void {
    const { desk } = this.state;
    if (!desk) return;
    this.save(desk, desk.status === "submitted" ? "submitted" : "draft", desk.answers);
    this.set({ desk: { ...desk, touched: false } });
  }

  private save(desk: Desk, status: ResponseStatus, answers: Answers): void {
    const { record } = desk.task;
    this.queue.put(record.id, this.setup.dataset.id, {
      status,
      values: toValues(answers, this.setup.questions, record),
      judgement: this.judgement(desk),
    });
    this.unsaved.remove(record.id);
  }

  private judgement({ task }: Desk): Judgement {
    const suggested = suggestionsOf(task.record, this.setup.questions);
    return {
      shown_order: task.shown_order,
      shown_at: new Date(this.watch.startedAt).toISOString(),
      elapsed_ms: Math.round(this.watch.elapsedMs()),
      suggestion_shown: Object.fromEntries([...suggested.keys()].map((name) => [name, true])),
    };
  }

  /** Put the record to the end of one's own order. */
  async skip(): Promise<void> {
    const { desk } = this.state;
    if (!desk) return;
    if (desk.touched) this.saveDraft();
    const id = desk.task.record.id;
    this.skipped.add(id);
    this.next();
    await skipRecord(id);
  }

  /** Open the record before this one, which comes again afterwards. */
  async back(): Promise<void> {
    let before = this.history.pop();
    if (!before && !this.olderAsked) {
      await this.askOlder();
      before = this.history.pop();
    }
    this.set({ canGoBack: this.history.length > 0 });
    if (before) this.putOnDesk(before.task, before.answers, before.status);
  }

  private async askOlder(): Promise<void> {
    this.olderAsked = true;
    const { items } = await listOwnResponses(this.setup.dataset.id, null);
    const known = this.heldIds();
    const older = items.filter(({ record_id }) => !known.includes(record_id)).slice(0, HISTORY);
    const tasks = await Promise.all(older.slice(0, 5).map(({ record_id }) => readTask(record_id)));
    this.history = tasks
      .map((task) => ({
        task,
        answers: fromValues(task.response?.values),
        status: task.response?.status ?? ("draft" as const),
      }))
      .reverse();
  }

  /** Open any record of one's own. */
  async open(recordId: string): Promise<void> {
    if (this.state.desk?.task.record.id === recordId) return;
    try {
      const task = await readTask(recordId);
      this.upcoming = this.upcoming.filter(({ record }) => record.id !== recordId);
      this.putOnDesk(task, null, task.response?.status ?? null);
    } catch (error) {
      this.set({ error, loading: false });
    }
  }

  /** A response was taken back on the server: the record is open again. */
  takenBack(): void {
    const { desk } = this.state;
    if (!desk) return;
    this.answered.delete(desk.task.record.id);
    this.set({ desk: { ...desk, status: null } });
  }

  private remember(done: Done): void {
    this.history = [...this.history, done].slice(-HISTORY);
    this.set({ canGoBack: true });
  }

  /** Put a record on the desk; the one that lay there comes again after it. */
  private putOnDesk(task: Task, answers: Answers | null, status: ResponseStatus | null): void {
    const { desk } = this.state;
    if (desk) this.upcoming.unshift(desk.task);
    this.take(task, answers, status);
  }

  private take(task: Task, answers: Answers | null, status: ResponseStatus | null): void {
    const kept = this.unsaved.get(task.record.id);
    const waiting = this.queue.entry(task.record.id);
    const saved = waiting ? fromValues(waiting.body.values) : fromValues(task.response?.values);
    this.watch = new Stopwatch();
    this.set({
      desk: {
        task,
        answers: kept ? (JSON.parse(kept) as Answers) : (answers ?? saved),
        touched: kept !== null,
        status: status ?? task.response?.status ?? null,
        leaseLost: false,
      },
      loading: false,
      exhausted: false,
      error: null,
    });
  }

  private next(): void {
    const task = this.upcoming.shift();
    if (task) this.take(task, null, null);
    else this.set({ desk: null, loading: true });
    if (this.upcoming.length < AHEAD - 1) void this.fill();
  }

  // Getting more

  private heldIds(): string[] {
    const ids = this.upcoming.map(({ record }) => record.id);
    if (this.state.desk) ids.push(this.state.desk.task.record.id);
    return ids;
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

  private async fill(): Promise<void> {
    if (this.filling || this.closed) return;
    this.filling = true;
    try {
      const unsaved = this.queue.recordIds().length;
      const count = Math.min(MOST_TASKS, AHEAD + unsaved + this.upcoming.length + this.elsewhere);
      const { items, progress } = await nextTasks(this.setup.dataset.id, count);
      if (this.closed) return;
      const fresh = items.filter(({ record }) => this.isNew(record.id));
      const unskipped = fresh.filter(({ record }) => !this.skipped.has(record.id));
      // What was skipped comes again once nothing else is left.
      const taken = unskipped.length > 0 || this.upcoming.length > 0 ? unskipped : fresh;
      this.upcoming.push(...taken);
      this.others.announce("held", this.heldIds());
      this.set({ progress, error: null });
      if (fresh.length === 0 && items.length >= count && count < MOST_TASKS) {
        // All that was offered lies on the desk of another tab: ask for what comes behind it.
        this.elsewhere += AHEAD;
        this.fillIn(0);
      } else if (!this.state.desk) this.afterFill(items.length, unsaved);
    } catch (error) {
      this.onFillFailed(error);
    } finally {
      this.filling = false;
      this.planBeat();
    }
  }

  private afterFill(offered: number, unsaved: number): void {
    if (this.upcoming.length > 0) this.next();
    // The server still offers what is on its way to it: ask again when that has arrived.
    else if (offered > 0 && unsaved > 0) this.fillIn(300);
    else this.set({ loading: false, exhausted: true });
  }

  private onFillFailed(error: unknown): void {
    const refused = error instanceof ApiError && error.status !== 401 && error.status < 500;
    // With work on the desk a failure is no news yet; the next try may succeed.
    if (refused || !this.state.desk) this.set({ error, loading: false });
    if (!refused) this.fillIn(RETRY_MS);
  }

  private fillIn(ms: number): void {
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.fill(), ms);
  }

  // Leases

  private planBeat(): void {
    if (this.beat) clearTimeout(this.beat);
    if (this.closed) return;
    const ends = [this.state.desk?.task, ...this.upcoming]
      .map((task) => (task?.lease ? Date.parse(task.lease.expires_at) : Number.NaN))
      .filter(Number.isFinite);
    if (ends.length === 0) return;
    const third = (Math.min(...ends) - Date.now()) / 3;
    const ms = Math.min(Math.max(third, SHORTEST_BEAT_MS), LONGEST_BEAT_MS);
    this.beat = setTimeout(() => void this.keepLeases(), ms);
  }

  private async keepLeases(): Promise<void> {
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
    const { desk } = this.state;
    if (desk) {
      // An answered record that is open again needs no lease.
      const leaseLost = desk.status !== "submitted" && lost.has(desk.task.record.id);
      this.set({ desk: { ...desk, task: renewed(desk.task), leaseLost } });
    }
    if (lost.size > 0) void this.fill();
  }

  /** Other tabs of this browser work on these. */
  private leaveToOthers(ids: string[]): void {
    const theirs = new Set(ids);
    this.upcoming = this.upcoming.filter(({ record }) => !theirs.has(record.id));
    const { desk } = this.state;
    if (desk && theirs.has(desk.task.record.id) && !desk.touched && desk.status === null) this.next();
  }
}

function on(target: EventTarget, type: string, listener: (event: Event) => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
