import {
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { useLocation, useSearch } from "wouter";
import { ApiError } from "../../api/http";
import type { MyProgress } from "../../api/tasks";
import { useSession, useSessionState } from "../../app/session";
import { loadedPart } from "../../parts/loaded";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Waiting } from "../../parts/states";
import { useSaving } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import { Exhausted } from "./Exhausted";
import { GuidelinesPanel } from "./GuidelinesPanel";
import { RecordView } from "./RecordView";
import { SaveState } from "./SaveState";
import { Toolbar } from "./Toolbar";
import classes from "./Annotate.module.css";
import { type DeskActions, type Panel, makeDeskActions } from "./deskActions";
import { Gone } from "./Gone";
import { type Setup, canBulk } from "./model";
import { Sitting } from "./sitting";

const HelpSheet = loadedPart(async () => ({
  default: (await import("../../shortcuts/HelpSheet")).HelpSheet,
}));
const HistoryPanel = loadedPart(async () => ({
  default: (await import("./HistoryPanel")).HistoryPanel,
}));

/** One sitting: what is on the desk, and what stands around it. */
export function Annotate({ setup }: { setup: Setup }) {
  const texts = useTexts();
  const { expired } = useSessionState();
  const wanted = new URLSearchParams(useSearch()).get("record");
  const sitting = useSitting(setup, wanted);
  const state = useSyncExternalStore(
    sitting?.subscribe ?? subscribeToNothing,
    sitting?.getState ?? nothing,
  );
  const [panel, setPanel] = useState<Panel | null>(null);
  const actions = useMemo(() => {
    const toggle = (which: Panel) => setPanel((open) => (open === which ? null : which));
    return sitting && makeDeskActions(sitting, texts, toggle);
  }, [sitting, texts]);

  useEffect(() => {
    if (!expired) sitting?.resume();
  }, [sitting, expired]);

  if (!sitting || !state || !actions) return <Waiting />;
  const { desk, progress, error } = state;
  const reopen = (id: string) => {
    setPanel(null);
    void sitting.open(id);
  };

  if (!desk && error instanceof ApiError && error.status === 404) return <Gone />;
  if (!desk && error !== null) return <BrokenScreen error={error} onAgain={() => sitting.resume()} />;
  return (
    <Frame setup={setup} progress={progress} panel={panel} actions={actions} onOpen={reopen}>
      <div className={classes.desk}>
        {desk ? (
          <RecordView key={desk.task.record.id} setup={setup} desk={desk} actions={actions} />
        ) : state.exhausted ? (
          <Exhausted progress={progress} onAgain={() => sitting.resume()} onBack={actions.onBack} />
        ) : (
          <Waiting />
        )}
        {panel === "guidelines" && (
          <GuidelinesPanel guidelines={setup.dataset.guidelines} onClose={() => setPanel(null)} />
        )}
      </div>
      {panel === "history" && (
        <HistoryPanel
          datasetId={setup.dataset.id}
          opened
          onClose={() => setPanel(null)}
          onOpen={reopen}
        />
      )}
      {panel === "help" && <HelpSheet opened onClose={() => setPanel(null)} />}
    </Frame>
  );
}

type FrameProps = {
  setup: Setup;
  progress: MyProgress | null;
  panel: Panel | null;
  actions: DeskActions;
  onOpen: (recordId: string) => void;
  children: ReactNode;
};

/** The bar above the record. */
function Frame({ setup, progress, panel, actions, onOpen, children }: FrameProps) {
  const { user } = useSession();
  const [, go] = useLocation();
  const { id, name } = setup.dataset;
  const to = user.role === "annotator" ? undefined : `/datasets/${id}/records`;
  return (
    <Screen
      width="reading"
      crumbs={[{ label: name, to }]}
      actions={
        <>
          <SaveState onOpen={onOpen} />
          <Toolbar
            progress={progress}
            panel={panel}
            onPanel={actions.onPanel}
            onBulk={canBulk(setup) ? () => go(`/datasets/${id}/bulk`) : null}
          />
        </>
      }
    >
      {children}
    </Screen>
  );
}

function useSitting(setup: Setup, recordId: string | null): Sitting | null {
  const { queue, unsaved } = useSaving();
  const [sitting, setSitting] = useState<Sitting | null>(null);
  // A record named in the address is where the sitting begins, not where it stays.
  const [begin] = useState(recordId);
  // Before the browser paints, so that a record which came with the page is the first thing seen.
  useLayoutEffect(() => {
    const made = new Sitting(setup, queue, unsaved);
    made.start(begin);
    setSitting(made);
    return () => made.close();
  }, [setup, queue, unsaved, begin]);
  return sitting;
}

const subscribeToNothing = () => () => {};
const nothing = () => null;
