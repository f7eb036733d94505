/**
 * One sitting at a dataset: the record on the desk, and the last ones to go back to. What is
 * answered goes into the save queue, and the next record is on the desk before the server has
 * heard of it.
 */
import {
  type Judgement,
  type MyProgress,
  type Task,
  type VersionedResponse,
  listOwnResponses,
  readTask,
  skipRecord,
} from "../../api/tasks";
import type { ResponseStatus } from "../../api/types";
import type { SaveQueue } from "../../saving/queue";
import type { KeptTexts } from "../../saving/store";
import { type Answers, type Setup, fromValues, suggestionsOf, toValues, unanswered } from "./model";
import { Stopwatch } from "./stopwatch";
import { Supply } from "./supply";

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
  /** Suggestions wait until somebody asks for them, so that they lead nobody. */
  suggestionsWait: boolean;
};

export type SittingState = {
  desk: Desk | null;
  /** Nothing is left to be given now. */
  exhausted: boolean;
  error: unknown;
  progress: MyProgress | null;
};

type Done = Pick<Desk, "task" | "answers" | "suggestionsWait"> & { status: ResponseStatus };

/** How many records one can go back. */
const HISTORY = 20;
/** How many of the records of earlier sittings are read at once. */
const OLDER = 5;

export class Sitting {
  private state: SittingState = { desk: null, exhausted: false, error: null, progress: null };
  private history: Done[] = [];
  private arrived = 0;
  private olderAsked = false;
  private watch = new Stopwatch();
  private readonly listeners = new Set<() => void>();
  private readonly setup: Setup;
  private readonly queue: SaveQueue;
  private readonly unsaved: KeptTexts;
  private readonly supply: Supply;
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
    this.supply = new Supply(setup.dataset.id, queue, {
      onDesk: () => this.state.desk?.task ?? null,
      onProgress: (progress) => this.set({ ...(progress && { progress }), error: null }),
      arrived: () => this.arrived,
      onReady: () => this.next(),
      onExhausted: () => this.set({ exhausted: true }),
      onFailed: (error, refused) => {
        // With work on the desk a failure is no news yet; the next try may succeed.
        if (refused || !this.state.desk) this.set({ error });
      },
      onLeases: (renewed, lost) => this.onLeases(renewed, lost),
      onTheirs: (ids) => this.leaveToOthers(ids),
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
        if (entry.datasetId !== this.setup.dataset.id) return;
        this.arrived += 1;
        this.set({ progress: saved.progress });
      }),
      on(window, "pagehide", () => this.leave()),
      on(window, "pageshow", (event) => {
        if ((event as PageTransitionEvent).persisted) void this.supply.keepLeases();
      }),
      on(window, "online", () => void this.supply.fill()),
      on(document, "visibilitychange", () => {
        this.watch.setRunning(!document.hidden);
        if (!document.hidden) void this.supply.keepLeases();
      }),
    );
    if (recordId) void this.open(recordId);
    this.supply.start();
  }

  close(): void {
    this.leave();
    this.supply.close();
    for (const undo of this.cleanUp) undo();
  }

  /** Let others have what is not being worked on; keep what is. */
  private leave(): void {
    const { desk } = this.state;
    // What was submitted and is emptied now stays submitted; only by request it becomes a draft.
    const emptied = desk?.status === "submitted" && !this.isWhole(desk);
    if (desk?.touched && !emptied) this.saveDraft();
    const untouched = desk && !desk.touched && desk.status === null;
    this.supply.release(untouched ? [desk.task.record.id] : []);
  }

  /** Signed in again, or asked to try again. */
  resume(): void {
    if (this.state.error !== null) this.set({ error: null });
    void this.supply.fill();
  }

  // The work on the desk

  setAnswers(answers: Answers): void {
    const { desk } = this.state;
    if (!desk) return;
    this.unsaved.set(desk.task.record.id, JSON.stringify(answers));
    this.set({ desk: { ...desk, answers, touched: true } });
  }

  /** Hand the record in, and take the next one. */
  submit(answers: Answers): void {
    this.finish("submitted", answers);
  }

  /** Say that the record is of no use, and take the next one. */
  discard(): void {
    this.finish("discarded", this.state.desk?.answers ?? {});
  }

  private finish(status: "submitted" | "discarded", answers: Answers): void {
    const { desk } = this.state;
    if (!desk) return;
    this.save(desk, status, answers);
    this.supply.finish(desk.task.record.id);
    const { task, suggestionsWait } = desk;
    this.history = [...this.history, { task, answers, status, suggestionsWait }].slice(-HISTORY);
    this.next();
  }

  saveDraft(): void {
    const { desk } = this.state;
    if (!desk) return;
    const status = desk.status === "submitted" && this.isWhole(desk) ? "submitted" : "draft";
    this.save(desk, status, desk.answers);
    this.set({ desk: { ...desk, status, touched: false } });
  }

  /** Whether the answers could be submitted. */
  private isWhole({ answers, task }: Desk): boolean {
    return unanswered(answers, this.setup.questions, task.record).length === 0;
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

  /** Show the suggestions that waited; the response will say that they were seen. */
  showSuggestions(): void {
    const { desk } = this.state;
    if (desk) this.set({ desk: { ...desk, suggestionsWait: false } });
  }

  private judgement({ task, suggestionsWait }: Desk): Judgement {
    const suggested = suggestionsOf(task.record, this.setup.questions);
    const seen = !suggestionsWait;
    return {
      shown_order: task.shown_order,
      shown_at: new Date(this.watch.startedAt).toISOString(),
      elapsed_ms: Math.round(this.watch.elapsedMs()),
      suggestion_shown: Object.fromEntries([...suggested.keys()].map((name) => [name, seen])),
    };
  }

  /** Put the record to the end of one's own order. */
  async skip(): Promise<void> {
    const { desk } = this.state;
    if (!desk) return;
    if (desk.touched) this.saveDraft();
    const id = desk.task.record.id;
    this.supply.postpone(id);
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
    if (before) this.putOnDesk(before.task, before.answers, before.status, before.suggestionsWait);
  }

  private async askOlder(): Promise<void> {
    this.olderAsked = true;
    const { items } = await listOwnResponses(this.setup.dataset.id, null);
    const known = this.supply.heldIds();
    const older = items.filter(({ record_id }) => !known.includes(record_id)).slice(0, OLDER);
    const tasks = await Promise.all(older.map(({ record_id }) => readTask(record_id)));
    this.history = tasks
      .map((task) => ({
        task,
        answers: fromValues(task.response?.values),
        status: task.response?.status ?? ("draft" as const),
        suggestionsWait: task.suggestions_on_request,
      }))
      .reverse();
  }

  /** Open any record of one's own. */
  async open(recordId: string): Promise<void> {
    if (this.state.desk?.task.record.id === recordId) return;
    try {
      const task = await readTask(recordId);
      this.supply.remove(recordId);
      this.putOnDesk(task, null, task.response?.status ?? null);
    } catch (error) {
      this.set({ error });
    }
  }

  /** A response was taken back on the server; null where there was none before it. */
  takenBack(recordId: string, before: VersionedResponse | null): void {
    if (before === null) this.supply.reopen(recordId);
    const { desk } = this.state;
    if (desk?.task.record.id !== recordId) return;
    const task = { ...desk.task, response: before };
    // With none before, the answers stay, to be changed and submitted.
    const answers = before === null ? desk.answers : fromValues(before.values);
    if (before !== null) this.unsaved.remove(recordId);
    const touched = before === null && desk.touched;
    this.set({ desk: { ...desk, task, answers, touched, status: before?.status ?? null } });
  }

  /** Put a record on the desk; the one that lay there comes again after it. */
  private putOnDesk(
    task: Task,
    answers: Answers | null,
    status: ResponseStatus | null,
    suggestionsWait = task.suggestions_on_request,
  ): void {
    const { desk } = this.state;
    if (desk) this.supply.putBack(desk.task);
    this.take(task, answers, status, suggestionsWait);
  }

  private take(
    task: Task,
    answers: Answers | null,
    status: ResponseStatus | null,
    suggestionsWait = task.suggestions_on_request,
  ): void {
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
        suggestionsWait,
      },
      exhausted: false,
      error: null,
    });
  }

  private next(): void {
    const task = this.supply.take();
    if (task) this.take(task, null, null);
    else this.set({ desk: null });
  }

  // What others do

  private onLeases(renewed: (task: Task) => Task, lost: Set<string>): void {
    const { desk } = this.state;
    if (!desk) return;
    // An answered record that is open again needs no lease.
    const leaseLost = desk.status !== "submitted" && lost.has(desk.task.record.id);
    this.set({ desk: { ...desk, task: renewed(desk.task), leaseLost } });
  }

  private leaveToOthers(ids: Set<string>): void {
    const { desk } = this.state;
    if (desk && ids.has(desk.task.record.id) && !desk.touched && desk.status === null) this.next();
  }
}

function on(target: EventTarget, type: string, listener: (event: Event) => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
