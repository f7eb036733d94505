/** Datasets and what they ask. */
import { send } from "./http";
import type { Dataset, Field, Question } from "./types";

type Items<Item> = { items: Item[] };

export const listDatasets = async (): Promise<Dataset[]> =>
  (await send<Items<Dataset>>("GET", "/api/v1/me/datasets")).items;

export const readDataset = (id: string): Promise<Dataset> =>
  send("GET", `/api/v1/datasets/${id}`);

export const listFields = async (id: string): Promise<Field[]> =>
  (await send<Items<Field>>("GET", `/api/v1/datasets/${id}/fields`)).items;

export const listQuestions = async (id: string): Promise<Question[]> =>
  (await send<Items<Question>>("GET", `/api/v1/datasets/${id}/questions`)).items;

export type DatasetProgress = { total: number; completed: number; pending: number };

export const readProgress = (id: string): Promise<DatasetProgress> =>
  send("GET", `/api/v1/datasets/${id}/progress`);

export type OwnMetrics = {
  records: { count: number };
  responses: { count: number; submitted: number; discarded: number; draft: number };
};

/** Number of the dataset's records, and of one's own responses. */
export const readOwnMetrics = (id: string): Promise<OwnMetrics> =>
  send("GET", `/api/v1/me/datasets/${id}/metrics`);
