/** Every address of the page, and the screen that answers it. One folder a screen. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Load = () => Promise<{ default: ComponentType }>;

type RouteEntry = { path: string; Screen: LazyExoticComponent<ComponentType> };

const route = (path: string, load: Load): RouteEntry => ({ path, Screen: lazy(load) });

/** For those who are signed in. The first match counts. */
export const ROUTES: RouteEntry[] = [
  route("/", () => import("../screens/home")),
  route("/account", () => import("../screens/account")),
  route("/datasets/:datasetId/annotate", () => import("../screens/annotate")),
  route("/account/keys", () => import("../screens/keys")),
  route("/new", () => import("../screens/create")),
  route("/people", () => import("../screens/people")),
  route("/runs", () => import("../screens/runs")),
  route("/runs/:run", () => import("../screens/runs/run")),
  route("/datasets/:dataset/records", () => import("../screens/records")),
  route("/datasets/:dataset/records/import", () => import("../screens/import")),
  route("/datasets/:dataset/records/:record", () => import("../screens/record")),
  route("/datasets/:dataset/disagreements", () => import("../screens/disagreements")),
  route("/datasets/:dataset/insights", () => import("../screens/insights")),
  route("/datasets/:dataset/settings", () => import("../screens/settings")),
  route("/datasets/:datasetId/bulk", () => import("../screens/bulk")),
];

/** For strangers, too: what comes with a token in the address's fragment. */
export const OPEN_ROUTES: RouteEntry[] = [
  route("/link", () => import("../screens/signin/LinkScreen")),
  route("/invite", () => import("../screens/signin/InviteScreen")),
];
