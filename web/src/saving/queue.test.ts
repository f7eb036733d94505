import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, Unreachable } from "../api/http";
import type { ResponseBody, Saved } from "../api/tasks";
import { SaveQueue } from "./queue";
import { KeptTexts } from "./store";

const BODY: ResponseBody = { status: "submitted", values: { answer: { value: "Denver" } } };
const SAVED = { response: null, record_status: "completed", progress: {} } as unknown as Saved;

const refusal = (status: number, retryAfterS: number | null = null) =>
  new ApiError(status, { code: "goldspan.X", message: `no: ${status}`, params: {} }, retryAfterS);

function makeQueue(...answers: (Error | "ok")[]) {
  const sent: string[] = [];
  const ids: string[] = [];
  const queue = new SaveQueue(new KeptTexts("test."), (recordId, _body, id) => {
    sent.push(recordId);
    ids.push(id);
    const answer = answers.shift() ?? "ok";
    return answer === "ok" ? Promise.resolve(SAVED) : Promise.reject(answer);
  });
  return { queue, sent, ids };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a response is sent at once and forgotten once the server has it", async () => {
  const { queue, sent } = makeQueue();
  queue.put("r1", "d", BODY);
  expect(queue.getState().waiting).toBe(1);
  await settle();
  expect(sent).toEqual(["r1"]);
  expect(queue.getState().waiting).toBe(0);
  expect(localStorage.length).toBe(0);
});

test("while nobody answers it is kept, and tried again after 1 s, then 2 s", async () => {
  const down = new Unreachable("down");
  const { queue, sent, ids } = makeQueue(down, down);
  queue.put("r1", "d", BODY);
  await settle();
  expect(queue.getState()).toMatchObject({ waiting: 1, failing: true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent.length).toBe(2);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(sent.length).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.length).toBe(3);
  expect(queue.getState()).toMatchObject({ waiting: 0, failing: false });
  expect(new Set(ids).size).toBe(1);
});

test("what a closed tab has left is sent by the next one", async () => {
  const { queue } = makeQueue(new Unreachable("down"));
  queue.put("r1", "d", BODY);
  await settle();
  queue.close();
  const { queue: later, sent } = makeQueue();
  expect(later.getState().waiting).toBe(1);
  later.resume();
  await settle();
  expect(sent).toEqual(["r1"]);
});

test("of two responses to a record that both wait, the later one is sent", async () => {
  const { queue, sent } = makeQueue(new Unreachable("down"));
  queue.put("r1", "d", BODY);
  await settle();
  queue.put("r1", "d", { ...BODY, status: "discarded" });
  expect(queue.getState().waiting).toBe(1);
  expect(queue.entry("r1")?.body.status).toBe("discarded");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual(["r1", "r1"]);
  expect(queue.getState().waiting).toBe(0);
});

test("a response that came in while the one before was under way is sent after it", async () => {
  const { queue, sent } = makeQueue();
  queue.put("r1", "d", BODY);
  queue.put("r1", "d", { ...BODY, status: "discarded" });
  await settle();
  await settle();
  expect(sent).toEqual(["r1", "r1"]);
  expect(queue.getState().waiting).toBe(0);
});

test("an ended session stops the sending until somebody signs in", async () => {
  const { queue, sent } = makeQueue(refusal(401));
  queue.put("r1", "d", BODY);
  await settle();
  expect(queue.getState()).toMatchObject({ waiting: 1, signedOut: true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.length).toBe(1);
  queue.resume();
  await settle();
  expect(sent.length).toBe(2);
  expect(queue.getState()).toMatchObject({ waiting: 0, signedOut: false });
});

test("what the server refuses for good is kept aside with its reason, and not tried again", async () => {
  const { queue, sent } = makeQueue(refusal(404));
  queue.put("r1", "d", BODY);
  await settle();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.length).toBe(1);
  expect(queue.getState().waiting).toBe(0);
  expect(queue.getState().refused.map(({ refused }) => refused)).toEqual(["no: 404"]);
  queue.drop("r1");
  expect(queue.getState().refused).toEqual([]);
});

test("a server that asks for patience gets it", async () => {
  const { queue, sent } = makeQueue(refusal(429, 7));
  queue.put("r1", "d", BODY);
  await settle();
  await vi.advanceTimersByTimeAsync(6_999);
  expect(sent.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.length).toBe(2);
});

test("an entry that another tab has saved meanwhile is not sent again", async () => {
  const { queue, sent } = makeQueue(new Unreachable("down"));
  queue.put("r1", "d", BODY);
  await settle();
  localStorage.clear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.length).toBe(1);
});

test("a full storage loses nothing while the tab is open", async () => {
  const full = { ...localStorage, setItem: () => { throw new Error("full"); }, getItem: () => null, removeItem: () => {}, key: () => null, length: 0 } as unknown as Storage;
  const sent: string[] = [];
  const queue = new SaveQueue(new KeptTexts("test.", full), (recordId) => {
    sent.push(recordId);
    return Promise.resolve(SAVED);
  });
  queue.put("r1", "d", BODY);
  await settle();
  expect(sent).toEqual(["r1"]);
});
