/** What only leads ask the server. */
import { type Query, send } from "./http";
import type { Role } from "./session";
import type { components } from "./schema";
import type { Dataset, Field, Question, RecordItem, User, Workspace } from "./types";

type Shapes = components["schemas"];

type Items<Item> = { items: Item[] };

/* Records */

export type Hit = {
  record: RecordItem;
  query_score: number | null;
  highlights?: Record<string, [number, number][]>;
};

export type SearchBody = Shapes["SearchBody"];

export const searchRecords = (
  dataset: string,
  body: SearchBody,
  offset: number,
  limit: number,
): Promise<{ items: Hit[]; total: number }> =>
  send("POST", `/api/v1/datasets/${dataset}/records/search`, {
    query: { offset, limit, include: ["responses", "suggestions"] },
    body,
  });

export type MetadataTerms = { property: string; title: string; terms: { term: unknown; count: number }[] };

/** The values of each property that lists its values, most frequent first. */
export async function listMetadataTerms(dataset: string): Promise<MetadataTerms[]> {
  const path = `/api/v1/datasets/${dataset}/metadata-properties`;
  const { items } = await send<Items<Shapes["MetadataProperty"]>>("GET", path);
  const listed = items.filter(({ settings }) => settings.type === "terms");
  return Promise.all(
    listed.map(async ({ id, name, title }) => {
      const metrics = await send<Shapes["TermsMetrics"]>("GET", `/api/v1/metadata-properties/${id}/metrics`);
      return { property: name, title, terms: metrics.values };
    }),
  );
}

/** The agents whose suggestions there are, for each question's name. */
export async function listAgents(dataset: string): Promise<Record<string, string[]>> {
  const path = `/api/v1/datasets/${dataset}/records/search/suggestions/options`;
  const { items } = await send<Items<Shapes["QuestionOptions"]>>("GET", path);
  return Object.fromEntries(items.map(({ question, options }) => [question.name, options.agents]));
}

export type VectorKind = Shapes["VectorSettings"];

export const listVectorKinds = async (dataset: string): Promise<VectorKind[]> =>
  (await send<Items<VectorKind>>("GET", `/api/v1/datasets/${dataset}/vectors-settings`)).items;

/** The names of the vectors that a record has. */
export const listVectorNames = async (record: string): Promise<string[]> =>
  Object.keys((await send<RecordItem>("GET", `/api/v1/records/${record}`)).vectors ?? {});

const IDS_A_CALL = 100;

export async function deleteRecords(dataset: string, ids: string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS_A_CALL)
    await send("DELETE", `/api/v1/datasets/${dataset}/records`, {
      query: { ids: ids.slice(at, at + IDS_A_CALL).join(",") },
    });
}

/* One record */

export type FullRecord = Shapes["FullRecord"];
export type FullResponse = Shapes["NamedResponse"];
export type Judgement = Shapes["Judgement"];
export type Values = Shapes["Control"]["values"];

export const readFullRecord = (id: string): Promise<FullRecord> =>
  send("GET", `/api/v1/records/${id}/full`);

export const adjudicate = (id: string, body: { response_id: string } | { values: Values }) =>
  send<void>("PUT", `/api/v1/records/${id}/adjudication`, { body });

export const takeBackAdjudication = (id: string) =>
  send<void>("DELETE", `/api/v1/records/${id}/adjudication`);

export const setControl = (id: string, values: Values) =>
  send<void>("PUT", `/api/v1/records/${id}/control`, { body: { values } });

export const removeControl = (id: string) => send<void>("DELETE", `/api/v1/records/${id}/control`);

export type DisputedRecord = Shapes["DisputedRecord"];

export const listDisagreements = async (dataset: string): Promise<DisputedRecord[]> =>
  (
    await send<Items<DisputedRecord>>("GET", `/api/v1/datasets/${dataset}/disagreements`, {
      query: { limit: 50 },
    })
  ).items;

/* How it goes */

/** A share with its 95 % interval. */
export type Share = Pick<Shapes["Rate"], "of" | "rate" | "low" | "high">;
export type Estimate = Shapes["Estimate"];
export type Quality = Shapes["Quality"];

export const readQuality = (dataset: string): Promise<Quality> =>
  send("GET", `/api/v1/datasets/${dataset}/quality`);

export type ActivityDay = Shapes["ActiveDay"];

export const readActivity = async (dataset: string, days: number): Promise<ActivityDay[]> =>
  (
    await send<{ days: ActivityDay[] }>("GET", `/api/v1/datasets/${dataset}/activity`, {
      query: { days },
    })
  ).days;

/* Datasets */

export type Order = Shapes["Assignment"]["order"];

export const createDataset = (body: {
  name: string;
  workspace_id: string;
  guidelines: string | null;
  allow_extra_metadata: boolean;
  distribution: { strategy: "overlap"; min_submitted: number };
}): Promise<Dataset> => send("POST", "/api/v1/datasets", { body });

export const updateDataset = (
  id: string,
  body: Partial<Pick<Dataset, "name" | "guidelines" | "distribution" | "assignment">>,
  etag?: string,
): Promise<Dataset> =>
  send("PATCH", `/api/v1/datasets/${id}`, {
    body,
    headers: etag ? { "If-Match": etag } : {},
  });

export const deleteDataset = (id: string) => send<void>("DELETE", `/api/v1/datasets/${id}`);

export const publishDataset = (id: string) => send<Dataset>("PUT", `/api/v1/datasets/${id}/publish`);

export type NewField = Pick<Field, "name" | "title" | "required" | "settings">;
export type NewQuestion = Pick<Question, "name" | "title" | "description" | "required" | "settings">;

export const addField = (dataset: string, body: NewField) =>
  send<Field>("POST", `/api/v1/datasets/${dataset}/fields`, { body });

export const addQuestion = (dataset: string, body: NewQuestion) =>
  send<Question>("POST", `/api/v1/datasets/${dataset}/questions`, { body });

export const updateQuestion = (id: string, body: { title: string; description: string | null }) =>
  send<Question>("PATCH", `/api/v1/questions/${id}`, { body });

/* In and out */

export type Answers = "suggestions" | "responses" | "controls" | "none";

export type ImportReport = Shapes["ImportReport"];

export type ImportOptions = {
  answers: Answers;
  mapping: Record<string, string>;
  dryRun: boolean;
  skipFaults: boolean;
};

export const importFile = (
  dataset: string,
  file: File,
  { answers, mapping, dryRun, skipFaults }: ImportOptions,
): Promise<ImportReport> => {
  const query: Query = { filename: file.name, answers, dry_run: dryRun };
  if (Object.keys(mapping).length > 0) query.mapping = JSON.stringify(mapping);
  if (skipFaults) query.on_fault = "skip";
  return send("POST", `/api/v1/datasets/${dataset}/import`, { query, body: file });
};

export const EXPORT_FORMATS = ["jsonl", "squad", "sft", "dpo", "csv", "parquet", "datasets"] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const exportAddress = (dataset: string, format: ExportFormat): string =>
  `/api/v1/datasets/${dataset}/export?format=${format}`;

export type Snapshot = Shapes["Snapshot"];

export const listSnapshots = async (dataset: string): Promise<Snapshot[]> =>
  (await send<Items<Snapshot>>("GET", `/api/v1/datasets/${dataset}/snapshots`)).items;

export const takeSnapshot = (dataset: string, name: string | null) =>
  send<Snapshot>("POST", `/api/v1/datasets/${dataset}/snapshots`, { body: { name } });

/* People */

export const listUsers = async (): Promise<User[]> =>
  (await send<Items<User>>("GET", "/api/v1/users")).items;

export const listWorkspaces = async (): Promise<Workspace[]> =>
  (await send<Items<Workspace>>("GET", "/api/v1/me/workspaces")).items;

export const createWorkspace = (name: string) =>
  send<Workspace>("POST", "/api/v1/workspaces", { body: { name } });

export const listMembers = async (workspace: string): Promise<User[]> =>
  (await send<Items<User>>("GET", `/api/v1/workspaces/${workspace}/users`)).items;

export const addMember = (workspace: string, user: string) =>
  send<User>("POST", `/api/v1/workspaces/${workspace}/users`, { body: { user_id: user } });

export const removeMember = (workspace: string, user: string) =>
  send<User>("DELETE", `/api/v1/workspaces/${workspace}/users/${user}`);

export const changeRole = (user: string, role: Role) =>
  send<User>("PATCH", `/api/v1/users/${user}`, { body: { role } });

export const deleteUser = (user: string) => send<User>("DELETE", `/api/v1/users/${user}`);

export type Invitation = Shapes["Invitation"];

export const listInvitations = async (): Promise<Invitation[]> =>
  (await send<Items<Invitation>>("GET", "/api/v1/invitations")).items;

export const invite = (role: Role, workspace_ids: string[]) =>
  send<Invitation>("POST", "/api/v1/invitations", { body: { role, workspace_ids } });

export const revokeInvitation = (id: string) => send<void>("DELETE", `/api/v1/invitations/${id}`);

/* Keys */

export type ApiKey = Shapes["ApiKey"];
export type Scope = ApiKey["scope"];

export const listKeys = async (): Promise<ApiKey[]> =>
  (await send<Items<ApiKey>>("GET", "/api/v1/me/api-keys")).items;

export const makeKey = (name: string, scope: Scope, expires_at: string | null) =>
  send<ApiKey>("POST", "/api/v1/me/api-keys", { body: { name, scope, expires_at } });

export const revokeKey = (id: string) => send<void>("DELETE", `/api/v1/api-keys/${id}`);

/* Training runs */

export type Run = Shapes["Run"];
export type RunSummary = Shapes["RunSummary"];
export type RunEvents = Shapes["RunEvents"];
export type RunEvent = RunEvents["items"][number];

export const listRuns = async (): Promise<RunSummary[]> =>
  (await send<Items<RunSummary>>("GET", "/api/v1/runs")).items;

export const readRun = (name: string): Promise<Run> =>
  send("GET", `/api/v1/runs/${encodeURIComponent(name)}`);

export const readRunEvents = (
  name: string,
  after: number,
): Promise<RunEvents> =>
  send("GET", `/api/v1/runs/${encodeURIComponent(name)}/events`, { query: { after } });

export type Evaluation = Shapes["Evaluation"];

export const listEvaluations = async (): Promise<Evaluation[]> =>
  (await send<Items<Evaluation>>("GET", "/api/v1/evaluations")).items;

export const evaluationAddress = (name: string): string =>
  `/api/v1/evaluations/${encodeURIComponent(name)}/report.html`;

/* Webhooks */

export type Webhook = Shapes["Webhook"];
export type WebhookChanges = Partial<Pick<Webhook, "url" | "events" | "enabled" | "description">>;
export type Deliveries = Shapes["Deliveries"];
export type DeliveryOutcome = Shapes["DeliveryOutcome"];

export const WEBHOOK_EVENTS = {
  dataset: ["dataset.created", "dataset.updated", "dataset.published", "dataset.deleted"],
  record: ["record.created", "record.updated", "record.completed", "record.deleted"],
  response: ["response.created", "response.updated", "response.deleted"],
} as const;

export const listWebhooks = async (): Promise<Webhook[]> =>
  (await send<Items<Webhook>>("GET", "/api/v1/webhooks")).items;

export const makeWebhook = (body: Pick<Webhook, "url" | "events" | "description">) =>
  send<Webhook>("POST", "/api/v1/webhooks", { body });

export const changeWebhook = (id: string, body: WebhookChanges) =>
  send<Webhook>("PATCH", `/api/v1/webhooks/${id}`, { body });

export const deleteWebhook = (id: string) => send<Webhook>("DELETE", `/api/v1/webhooks/${id}`);

export const tryWebhook = (id: string) => send<void>("POST", `/api/v1/webhooks/${id}/ping`);

export const listDeliveries = (id: string): Promise<Deliveries> =>
  send("GET", `/api/v1/webhooks/${id}/deliveries`);
