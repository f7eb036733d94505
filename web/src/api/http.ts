/** One small client: JSON out, JSON in, every refusal an `ApiError`. */

import { takeCarried } from "./carried";

export type Faults = { code: string; message: string; params: Record<string, unknown> };

/** The server answered, and refused. */
export class ApiError extends Error {
  readonly status: number;
  /** The class of the error without its prefix, such as `NotFound`. */
  readonly code: string;
  readonly params: Record<string, unknown>;
  /** Seconds to wait, where the server named them. */
  readonly retryAfterS: number | null;

  constructor(status: number, faults: Faults, retryAfterS: number | null) {
    super(faults.message);
    this.name = "ApiError";
    this.status = status;
    this.code = faults.code.replace(/^goldspan\./, "");
    this.params = faults.params;
    this.retryAfterS = retryAfterS;
  }
}

/** No answer came: the network is down, or the server is. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("the server did not answer", { cause });
    this.name = "Unreachable";
  }
}

export type Query = Record<string, string | number | boolean | string[] | null | undefined>;

export type Options = {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Let the request outlive the page; its body is limited to 64 kB by browsers. */
  keepalive?: boolean;
};

/** Told of every 401, so that the sign-in can be asked for over the screen that is open. */
let onSignedOut: () => void = () => {};

export function listenForSignOut(listener: () => void): void {
  onSignedOut = listener;
}

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const each of value) search.append(name, each);
    else if (value !== null && value !== undefined) search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

function isBinary(body: unknown): body is Blob | ArrayBuffer {
  return body instanceof Blob || body instanceof ArrayBuffer;
}

/** Make a request; the answer's JSON, or undefined where there is none (204). */
export async function send<Answer>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: Options = {},
): Promise<Answer> {
  const { query, body, headers = {}, signal, keepalive } = options;
  if (method === "GET") {
    const came = takeCarried(withQuery(path, query));
    if (came !== undefined) return came as Answer;
  }
  const binary = isBinary(body);
  let response: Response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(body === undefined
          ? {}
          : { "Content-Type": binary ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : binary ? body : JSON.stringify(body),
      signal,
      keepalive,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error);
  }
  if (!response.ok) throw await refusal(response, path);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

async function refusal(response: Response, path: string): Promise<Error> {
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  let faults: Faults;
  try {
    faults = ((await response.json()) as { detail: Faults }).detail;
    if (typeof faults.message !== "string") throw new TypeError("no message");
  } catch {
    // A proxy in between answered in its own words: its gateway errors mean nobody is there.
    if (response.status >= 502) return new Unreachable(response.status);
    faults = { code: "goldspan.GoldspanError", message: `HTTP ${response.status}`, params: {} };
  }
  // A refused password is a 401 as well, and no session has ended then.
  if (response.status === 401 && !path.startsWith("/api/v1/session")) onSignedOut();
  return new ApiError(response.status, faults, Number.isFinite(wait) ? wait : null);
}
