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

export const MOST_TASKS = 10;

export const nextTasks = (
  datasetId: string,
  count: number,
): Promise<Shapes["Tasks"]> =>
  send("GET", `/api/v1/me/datasets/${datasetId}/next`, { query: { count } });

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
