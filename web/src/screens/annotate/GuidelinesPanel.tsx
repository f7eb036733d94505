import { IconClose } from "../../parts/icons";
import { Markdown } from "../../parts/Markdown";
import { useTexts } from "../../texts";
import classes from "./GuidelinesPanel.module.css";

/** The dataset's guidelines beside the record. */
export function GuidelinesPanel({ guidelines, onClose }: { guidelines: string | null; onClose: () => void }) {
  const texts = useTexts();
  return (
    <aside className={classes.panel} aria-label={texts.annotate.guidelines}>
      <div className={classes.head}>
        <h2 className={classes.title}>{texts.annotate.guidelines}</h2>
        <button type="button" className={classes.close} aria-label={texts.annotate.close} onClick={onClose}>
          <IconClose />
        </button>
      </div>
      {guidelines?.trim() ? <Markdown text={guidelines} /> : <p>{texts.annotate.noGuidelines}</p>}
    </aside>
  );
}
