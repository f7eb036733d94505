/** What the buttons and keys around a record do. */
import { undoResponse } from "../../api/tasks";
import { notifyDone, notifyError } from "../../app/notice";
import type { Texts } from "../../texts/en";
import type { Answers } from "./model";
import type { Sitting } from "./sitting";

export type Panel = "guidelines" | "history" | "help";

export type DeskActions = {
  onChange: (answers: Answers) => void;
  onSubmit: (answers: Answers) => void;
  onDiscard: () => void;
  onSkip: () => void;
  onDraft: () => void;
  onBack: () => void;
  onTakeBack: () => void;
  onShowSuggestions: () => void;
  onPanel: (panel: Panel) => void;
};

export function makeDeskActions(
  sitting: Sitting,
  texts: Texts,
  onPanel: (panel: Panel) => void,
): DeskActions {
  const said = (work: Promise<void>) => {
    work.catch((error: unknown) => notifyError(error, texts));
  };
  const takeBack = async () => {
    const id = sitting.getState().desk?.task.record.id;
    if (id === undefined) return;
    const { response } = await undoResponse(id);
    sitting.takenBack(id, response);
    notifyDone(response === null ? texts.annotate.takenBack : texts.annotate.takenBackToOlder);
  };
  return {
    onChange: (answers) => sitting.setAnswers(answers),
    onSubmit: (answers) => sitting.submit(answers),
    onDiscard: () => sitting.discard(),
    onSkip: () => said(sitting.skip()),
    onDraft: () => {
      sitting.saveDraft();
      notifyDone(texts.annotate.draftSaved);
    },
    onBack: () => said(sitting.back()),
    onTakeBack: () => said(takeBack()),
    onShowSuggestions: () => sitting.showSuggestions(),
    onPanel,
  };
}
