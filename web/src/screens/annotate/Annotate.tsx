import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from "react";
import { useLocation, useSearch } from "wouter";
import { ApiError } from "../../api/http";
import { undoResponse } from "../../api/tasks";
import { notifyDone, notifyError } from "../../app/notice";
import { useSession, useSessionState } from "../../app/session";
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
import { Gone } from "./Gone";
import { type Setup, canBulk } from "./model";
import { Sitting } from "./sitting";

const HelpSheet = lazy(async () => ({
  default: (await import("../../shortcuts/HelpSheet")).HelpSheet,
}));
const HistoryPanel = lazy(async () => ({ default: (await import("./HistoryPanel")).HistoryPanel }));

type Panel = "guidelines" | "history" | "help" | null;

/** One sitting: what is on the desk, and what stands around it. */
export function Annotate({ setup }: { setup: Setup }) {
  const texts = useTexts();
  const { expired } = useSessionState();
  const { user } = useSession();
  const wanted = new URLSearchParams(useSearch()).get("record");
  const [, go] = useLocation();
  const sitting = useSitting(setup, wanted);
  const state = useSyncExternalStore(
    sitting?.subscribe ?? subscribeToNothing,
    sitting?.getState ?? nothing,
  );
  const [panel, setPanel] = useState<Panel>(null);
  const toggle = (which: Panel) => setPanel((open) => (open === which ? null : which));

  useEffect(() => {
    if (!expired) sitting?.resume();
  }, [sitting, expired]);

  if (!sitting || !state) return <Waiting />;
  const { desk, progress } = state;
  const recordId = desk?.task.record.id;
  const reopen = (id: string) => {
    setPanel(null);
    void sitting.open(id);
  };
  const back = () => sitting.back().catch((error: unknown) => notifyError(error, texts));
  const takeBack = async () => {
    if (!recordId) return;
    try {
      await undoResponse(recordId);
      sitting.takenBack();
      notifyDone(texts.annotate.takenBack);
    } catch (error) {
      notifyError(error, texts);
    }
  };

  if (!desk && state.error instanceof ApiError && state.error.status === 404) return <Gone />;
  if (!desk && state.error !== null)
    return <BrokenScreen error={state.error} onAgain={() => sitting.resume()} />;
  return (
    <Screen
      width="reading"
      crumbs={[
        {
          label: setup.dataset.name,
          to: user.role === "annotator" ? undefined : `/datasets/${setup.dataset.id}/records`,
        },
      ]}
      actions={
        <>
          <SaveState onOpen={reopen} />
          <Toolbar
            progress={progress}
            panel={panel}
            onPanel={toggle}
            onBulk={canBulk(setup) ? () => go(`/datasets/${setup.dataset.id}/bulk`) : null}
          />
        </>
      }
    >
      <div className={classes.desk}>
        {desk ? (
          <RecordView
            key={recordId}
            setup={setup}
            desk={desk}
            canGoBack={state.canGoBack}
            onChange={(answers) => sitting.setAnswers(answers)}
            onSubmit={(answers) => sitting.submit("submitted", answers)}
            onDiscard={() => sitting.submit("discarded", desk.answers)}
            onSkip={() => {
              sitting.skip().catch((error: unknown) => notifyError(error, texts));
            }}
            onDraft={() => {
              sitting.saveDraft();
              notifyDone(texts.annotate.draftSaved);
            }}
            onBack={() => void back()}
            onTakeBack={() => void takeBack()}
            onPanel={toggle}
          />
        ) : state.exhausted ? (
          <Exhausted progress={progress} onAgain={() => sitting.resume()} onBack={() => void back()} />
        ) : (
          <Waiting />
        )}
        {panel === "guidelines" && (
          <GuidelinesPanel guidelines={setup.dataset.guidelines} onClose={() => setPanel(null)} />
        )}
      </div>
      <Suspense fallback={null}>
        {panel === "history" && (
          <HistoryPanel
            datasetId={setup.dataset.id}
            opened
            onClose={() => setPanel(null)}
            onOpen={reopen}
          />
        )}
        {panel === "help" && <HelpSheet opened onClose={() => setPanel(null)} />}
      </Suspense>
    </Screen>
  );
}

function useSitting(setup: Setup, recordId: string | null): Sitting | null {
  const { queue, unsaved } = useSaving();
  const [sitting, setSitting] = useState<Sitting | null>(null);
  // A record named in the address is where the sitting begins, not where it stays.
  const [begin] = useState(recordId);
  useEffect(() => {
    const made = new Sitting(setup, queue, unsaved);
    made.start(begin);
    setSitting(made);
    return () => made.close();
  }, [setup, queue, unsaved, begin]);
  return sitting;
}

const subscribeToNothing = () => () => {};
const nothing = () => null;
