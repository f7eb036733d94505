/** What is looked for among the records: kept in the address, sent to the server as a search. */
import type { SearchBody } from "../../api/lead";
import type { RecordItem } from "../../api/types";

export const STATUSES = ["pending", "completed"] as const satisfies RecordItem["status"][];
export const RESPONSES = ["submitted", "discarded", "draft", "pending"] as const;
export const SORTS = ["oldest", "newest", "changed", "unsure", "sure"] as const;

export type Sort = (typeof SORTS)[number];

/** One value of a property that the dataset has declared. */
export type MetadataTerm = { property: string; term: string | number | boolean };

/** Records with a suggestion for this question; what is null does not matter. */
export type SuggestionSearch = {
  question: string;
  value: string | number | null;
  agent: string | null;
  least: number | null;
  most: number | null;
};

/** Records in the order of the likeness of their vectors to a record's. */
export type Likeness = { record: string; vector: string };

export type Search = {
  text: string;
  status: (typeof STATUSES)[number] | null;
  response: (typeof RESPONSES)[number] | null;
  metadata: MetadataTerm | null;
  suggestion: SuggestionSearch | null;
  similar: Likeness | null;
  sort: Sort;
};

export const EVERYTHING: Search = {
  text: "",
  status: null,
  response: null,
  metadata: null,
  suggestion: null,
  similar: null,
  sort: "oldest",
};

export const suggestedFor = (question: string): SuggestionSearch => ({
  question,
  value: null,
  agent: null,
  least: null,
  most: null,
});

/** Whether anything is left out or ranked, rather than every record shown. */
export const isNarrowed = (search: Search): boolean =>
  JSON.stringify({ ...search, sort: EVERYTHING.sort }) !== JSON.stringify(EVERYTHING);

function oneOf<Value extends string>(values: readonly Value[], given: string | null): Value | null {
  return values.find((value) => value === given) ?? null;
}

function numberIn(given: string | null): number | null {
  const value = given ? Number(given) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** A text or number as JSON writes it, or null for anything else. */
function plainIn(given: string | null): string | number | boolean | null {
  try {
    const value: unknown = JSON.parse(given ?? "null");
    return typeof value === "object" ? null : (value as string | number | boolean);
  } catch {
    return null;
  }
}

function metadataIn(params: URLSearchParams): MetadataTerm | null {
  const property = params.get("metadata");
  const term = plainIn(params.get("term"));
  return property && term !== null ? { property, term } : null;
}

function suggestionIn(params: URLSearchParams): SuggestionSearch | null {
  const question = params.get("suggestion");
  if (!question) return null;
  const value = plainIn(params.get("value"));
  return {
    question,
    value: typeof value === "boolean" ? null : value,
    agent: params.get("agent"),
    least: numberIn(params.get("from")),
    most: numberIn(params.get("to")),
  };
}

function similarIn(params: URLSearchParams): Likeness | null {
  const record = params.get("similar");
  const vector = params.get("by");
  return record && vector ? { record, vector } : null;
}

/** Read an address; what it says that nobody understands is passed over. */
export function searchIn(params: URLSearchParams): Search {
  return {
    text: params.get("q") ?? "",
    status: oneOf(STATUSES, params.get("status")),
    response: oneOf(RESPONSES, params.get("response")),
    metadata: metadataIn(params),
    suggestion: suggestionIn(params),
    similar: similarIn(params),
    sort: oneOf(SORTS, params.get("sort")) ?? EVERYTHING.sort,
  };
}

/** Write what `searchIn` reads; what is as everywhere is left out. */
export function paramsOf({
  text,
  status,
  response,
  metadata,
  suggestion,
  similar,
  sort,
}: Search): URLSearchParams {
  const given: Record<string, string | number | null | undefined> = {
    q: text || null,
    status,
    response,
    metadata: metadata?.property,
    term: metadata && JSON.stringify(metadata.term),
    suggestion: suggestion?.question,
    value: suggestion?.value == null ? null : JSON.stringify(suggestion.value),
    agent: suggestion?.agent,
    from: suggestion?.least,
    to: suggestion?.most,
    similar: similar?.record,
    by: similar?.vector,
    sort: sort === EVERYTHING.sort ? null : sort,
  };
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(given))
    if (value !== null && value !== undefined) params.set(name, String(value));
  return params;
}

type Filter = Extract<NonNullable<SearchBody["filters"]>, { type: "and" }>["and"][number];

const terms = (
  scope: Filter["scope"],
  value: string | number | boolean | null | undefined,
): Filter[] =>
  value === null || value === undefined ? [] : [{ type: "terms", scope, values: [value] }];

function suggestionFilters({ question, value, agent, least, most }: SuggestionSearch): Filter[] {
  const scope = { entity: "suggestion", question } as const;
  return [
    // Without an end, this asks only that there is one.
    { type: "range", scope: { ...scope, property: "score" }, ge: least, le: most },
    ...terms({ ...scope, property: "value" }, value),
    ...terms({ ...scope, property: "agent" }, agent),
  ];
}

function orderOf(
  sort: Sort,
  question: string | undefined,
): NonNullable<SearchBody["sort"]>[number] {
  switch (sort) {
    case "oldest":
    case "newest":
      return {
        scope: { entity: "record", property: "inserted_at" },
        order: sort === "oldest" ? "asc" : "desc",
      };
    case "changed":
      return { scope: { entity: "record", property: "updated_at" }, order: "desc" };
    default:
      if (question === undefined) return orderOf(EVERYTHING.sort, question);
      return {
        scope: { entity: "suggestion", question, property: "score" },
        order: sort === "sure" ? "desc" : "asc",
      };
  }
}

/** What the server is asked; `question` is the one whose suggestions' scores sort. */
export function bodyOf(search: Search, question: string | undefined): SearchBody {
  const { text, status, response, metadata, suggestion, similar, sort } = search;
  const filters = [
    ...terms({ entity: "record", property: "status" }, status),
    ...terms({ entity: "response", property: "status" }, response),
    ...(metadata
      ? terms({ entity: "metadata", metadata_property: metadata.property }, metadata.term)
      : []),
    ...(suggestion ? suggestionFilters(suggestion) : []),
  ];
  return {
    query: {
      text: text ? { q: text } : null,
      vector: similar && { name: similar.vector, record_id: similar.record, order: "most_similar" },
    },
    filters: filters.length > 0 ? { type: "and", and: filters } : null,
    // Likeness is an order of its own.
    sort: similar ? null : [orderOf(sort, suggestion?.question ?? question)],
  };
}
