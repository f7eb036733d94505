import { useParams } from "wouter";
import { ApiError } from "../../api/http";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { Gone } from "../annotate/Gone";
import { canBulk } from "../annotate/model";
import { useSetup } from "../annotate/useSetup";
import { Bulk } from "./Bulk";

/** Answering several records at once, where labels and ratings are asked for. */
export default function BulkScreen() {
  const texts = useTexts();
  const { datasetId = "" } = useParams<{ datasetId: string }>();
  const { setup, found } = useSetup(datasetId);
  if (found.error) {
    if (found.error instanceof ApiError && found.error.status === 404) return <Gone />;
    return <BrokenScreen error={found.error} onAgain={() => void found.refetch()} />;
  }
  if (!setup) return <Waiting />;
  if (setup.dataset.status !== "ready" || !canBulk(setup))
    return (
      <Screen headed crumbs={[{ label: setup.dataset.name }]}>
        <Empty title={texts.annotate.bulk}>{texts.annotate.bulkNot}</Empty>
      </Screen>
    );
  return <Bulk setup={setup} />;
}
