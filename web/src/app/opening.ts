/** What the first screen needs: asked for at once and before anything is drawn, not one by one. */
import { parse } from "regexparam";
import { matchRoute } from "wouter";
import { queries } from "./queries";
import { SESSION } from "./sessionQuery";
import { OPEN_ROUTES, ROUTES } from "./routes";

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
