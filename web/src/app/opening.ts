/** What the first screen needs: asked for at once and before anything is drawn, not one by one. */
import { parse } from "regexparam";
import { matchRoute } from "wouter";
import { readSession } from "../api/session";
import { queries } from "./queries";
import { OPEN_ROUTES, ROUTES } from "./routes";

export const SESSION = {
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
};

/** Wait for the session, and for the screen of an address and what it shows. Never fails: what
 * could not be had is asked for again by the screen, which says so if it still cannot be had. */
export async function prepareScreen(path: string): Promise<void> {
  await Promise.all([queries.prefetchQuery(SESSION), prepareRoute(path)]);
}

async function prepareRoute(path: string): Promise<void> {
  for (const route of [...OPEN_ROUTES, ...ROUTES]) {
    const [matches, params] = matchRoute(parse, route.path, path);
    if (!matches) continue;
    await Promise.all([route.load(), route.ahead?.(params)]);
    return;
  }
}
