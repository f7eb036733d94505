/** What there is to annotate, and one's own responses. */
import { send } from "./http";
import type { components } from "./schema";
import type { ResponseStatus } from "./types";

type Shapes = components["schemas"];

export type Values = Record<string, Shapes["ResponseValue"]>;
/** A record on one's desk. */
export type Task = Shapes["Task"];
export type MyProgress = Shapes["MyProgress"];
export type Judgement = Shapes["JudgementBody"];
export type ResponseBody = Shapes["ResponsePut"];
export type Saved = Shapes["JudgedResponse"];
export type VersionedResponse = Shapes["VersionedResponse"];

export const MOST_TASKS = 10;

/** How many records lie ready behind the one on the desk, at least. */
export const AHEAD = 4;

const readNext = (datasetId: string, count: number): Promise<Shapes["Tasks"]> =>
  send("GET", `/api/v1/me/datasets/${datasetId}/next`, { query: { count } });

/** Answers on their way to a screen that is not there yet, by dataset. */
const asked = new Map<string, Promise<Shapes["Tasks"]>>();

/** Ask for the first records of a screen before it is there. */
export function askAhead(datasetId: string): void {
  const answer = readNext(datasetId, AHEAD);
  asked.set(datasetId, answer);
  // Whoever needs them asks again, and says so if that fails as well.
  answer.catch(() => asked.delete(datasetId));
}

/** The next records for oneself; `count` of them, or those that were asked for ahead. */
export function nextTasks(datasetId: string, count: number): Promise<Shapes["Tasks"]> {
  const answer = asked.get(datasetId) ?? readNext(datasetId, count);
  asked.delete(datasetId);
  return answer;
}

export const readTask = (recordId: string): Promise<Task> =>
  send("GET", `/api/v1/records/${recordId}/task`);

export const putResponse = (
  recordId: string,
  body: ResponseBody,
  idempotencyKey: string,
): Promise<Saved> =>
  send("PUT", `/api/v1/records/${recordId}/response`, {
    body,
    headers: { "Idempotency-Key": idempotencyKey },
  });

export const undoResponse = (recordId: string): Promise<Saved> =>
  send("POST", `/api/v1/records/${recordId}/response/undo`);

export const skipRecord = (recordId: string): Promise<void> =>
  send("POST", `/api/v1/records/${recordId}/skip`);

export const heartbeat = (
  recordIds: string[],
): Promise<Shapes["Heartbeat"]> =>
  send("POST", "/api/v1/me/leases/heartbeat", { body: { record_ids: recordIds } });

export const releaseLeases = (recordIds: string[]): Promise<void> =>
  send("POST", "/api/v1/me/leases/release", { body: { record_ids: recordIds }, keepalive: true });

export const listOwnResponses = (
  datasetId: string,
  status: ResponseStatus | null,
  before?: string | null,
): Promise<Shapes["OwnResponses"]> =>
  send("GET", `/api/v1/me/datasets/${datasetId}/responses`, { query: { status, limit: 20, before } });

export const readMyProgress = (datasetId: string): Promise<MyProgress> =>
  send("GET", `/api/v1/me/datasets/${datasetId}/progress`);
