import { useTexts } from "../../texts";
import classes from "./StatusNote.module.css";
import type { Desk } from "./sitting";

/** What became of the record before, and whether its lease ran out. */
export function StatusNote({ desk, onTakeBack }: { desk: Desk; onTakeBack: () => void }) {
  const texts = useTexts();
  if (desk.status === null && !desk.leaseLost) return null;
  return (
    <div className={classes.note} role="status">
      {desk.leaseLost && <span>{texts.annotate.leaseLost}</span>}
      {desk.status !== null && <span>{texts.annotate.status[desk.status]}</span>}
      {(desk.status === "submitted" || desk.status === "discarded") && (
        <button type="button" className={classes.action} onClick={onTakeBack}>
          {texts.annotate.takeBack}
        </button>
      )}
    </div>
  );
}
