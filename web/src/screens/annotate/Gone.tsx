import { Button } from "@mantine/core";
import { Link } from "wouter";
import { Screen } from "../../parts/Screen";
import { Empty } from "../../parts/states";
import { useTexts } from "../../texts";

/** The dataset was deleted, or is not one's own any more. */
export function Gone() {
  const texts = useTexts();
  return (
    <Screen headed crumbs={[{ label: texts.states.nowhere }]}>
      <Empty
        title={texts.annotate.gone}
        actions={
          <Button component={Link} href="/">
            {texts.annotate.home}
          </Button>
        }
      >
        {texts.annotate.goneHint}
      </Empty>
    </Screen>
  );
}
