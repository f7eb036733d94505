/** How many responses are not on the server yet, and what the server refused. */
import { loadedPart } from "../../parts/loaded";
import { useQueueState } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import classes from "./SaveState.module.css";

const Refused = loadedPart(() => import("./Refused"));

export function SaveState({ onOpen }: { onOpen: (recordId: string) => void }) {
  const texts = useTexts().annotate.saving;
  const { waiting, failing, signedOut, refused } = useQueueState();
  const troubled = failing || signedOut;
  return (
    <span role="status" className={classes.state}>
      {waiting > 0 && (
        <span
          className={troubled ? classes.failing : classes.waiting}
          title={troubled ? texts.failingHint : undefined}
        >
          {troubled ? texts.failing(waiting) : texts.waiting(waiting)}
        </span>
      )}
      {refused.length > 0 && <Refused entries={refused} onOpen={onOpen} />}
    </span>
  );
}
