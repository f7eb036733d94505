/** Every address of the page, and the screen that answers it. One folder a screen. */
import type { ComponentType } from "react";
import { askAhead } from "../api/tasks";
import { loadedScreen } from "../parts/loaded";
import AnnotateScreen from "../screens/annotate";
import { askOtherTabs } from "../screens/annotate/desks";
import { prepareSetup } from "../screens/annotate/setupQuery";

type Load = () => Promise<{ default: ComponentType }>;
type Params = Record<string, string | undefined>;

type RouteEntry = {
  path: string;
  Screen: ComponentType;
  /** Load the screen, so that it is there without waiting; one that fails is tried again when shown. */
  load: () => Promise<void>;
  /** Ask for what the screen shows, before it is there. Never fails. */
  ahead?: (params: Params) => Promise<unknown>;
};

function route(path: string, load: Load, ahead?: RouteEntry["ahead"]): RouteEntry {
  const screen = loadedScreen(load);
  return { path, Screen: screen.Shown, load: screen.load, ahead };
}

const prepareAnnotate = async ({ datasetId = "" }: Params): Promise<void> => {
  askOtherTabs(datasetId);
  askAhead(datasetId);
  await prepareSetup(datasetId);
};

/** For those who are signed in. The first match counts. */
export const ROUTES: RouteEntry[] = [
  route("/", () => import("../screens/home")),
  route("/account", () => import("../screens/account")),
  // Where most people spend their day, so it comes with the first file.
  {
    path: "/datasets/:datasetId/annotate",
    Screen: AnnotateScreen,
    load: async () => {},
    ahead: prepareAnnotate,
  },
  route("/account/keys", () => import("../screens/keys")),
  route("/account/webhooks", () => import("../screens/webhooks")),
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
