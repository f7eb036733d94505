import { Kbd } from "../../parts/Kbd";
import { useMovableKeys } from "../../shortcuts/movable";
import { useTexts } from "../../texts";
import classes from "./StatusNote.module.css";

/** There is a suggestion, to be seen by whoever asks for it. */
export function WaitingSuggestion({ onShow }: { onShow: () => void }) {
  const texts = useTexts().annotate;
  const keys = useMovableKeys();
  return (
    <div className={classes.note}>
      <span>{texts.suggestionWaits}</span>
      <button type="button" className={classes.action} onClick={onShow}>
        {texts.showSuggestion} <Kbd keys={keys.showSuggestion} />
      </button>
    </div>
  );
}
