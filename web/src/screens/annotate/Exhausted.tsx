import { Button } from "@mantine/core";
import { Link } from "wouter";
import type { MyProgress } from "../../api/tasks";
import { Empty } from "../../parts/states";
import { useShortcuts } from "../../shortcuts/registry";
import { useTexts } from "../../texts";

type Props = { progress: MyProgress | null; onAgain: () => void; onBack: () => void };

/** Nothing is left to be given. */
export function Exhausted({ progress, onAgain, onBack }: Props) {
  const texts = useTexts();
  useShortcuts(texts.annotate.keys.group, [
    { keys: "Backspace", label: texts.annotate.keys.back, run: onBack },
  ]);
  return (
    <Empty
      title={texts.annotate.allDone}
      actions={
        <>
          <Button component={Link} href="/">
            {texts.annotate.home}
          </Button>
          <Button variant="default" onClick={onAgain}>
            {texts.annotate.checkAgain}
          </Button>
          <Button variant="default" onClick={onBack}>
            {texts.annotate.back}
          </Button>
        </>
      }
    >
      <p>{texts.annotate.allDoneHint(progress?.today ?? 0)}</p>
      {progress && progress.waiting > 0 && <p>{texts.annotate.waitingForOthers(progress.waiting)}</p>}
    </Empty>
  );
}
