import { useParams } from "wouter";
import { ApiError } from "../../api/http";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { Annotate } from "./Annotate";
import { Gone } from "./Gone";
import { useSetup } from "./useSetup";

/** Answering a dataset's records, one by one. */
export default function AnnotateScreen() {
  const texts = useTexts();
  const { datasetId = "" } = useParams<{ datasetId: string }>();
  const { setup, found } = useSetup(datasetId);

  if (found.error) {
    if (found.error instanceof ApiError && found.error.status === 404) return <Gone />;
    return <BrokenScreen error={found.error} onAgain={() => void found.refetch()} />;
  }
  if (!setup) return <Waiting />;
  if (setup.dataset.status !== "ready")
    return (
      <Screen headed crumbs={[{ label: setup.dataset.name }]}>
        <Empty title={texts.annotate.notReady}>{texts.annotate.notReadyHint}</Empty>
      </Screen>
    );
  return <Annotate key={datasetId} setup={setup} />;
}
