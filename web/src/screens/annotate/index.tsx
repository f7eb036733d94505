import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useParams } from "wouter";
import { listFields, listQuestions, readDataset } from "../../api/datasets";
import { ApiError } from "../../api/http";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { Annotate } from "./Annotate";
import { Gone } from "./Gone";
import { makeSetup } from "./model";

/** Answering a dataset's records, one by one. */
export default function AnnotateScreen() {
  const texts = useTexts();
  const { datasetId = "" } = useParams<{ datasetId: string }>();
  const found = useQuery({
    queryKey: ["dataset", datasetId, "setup"],
    queryFn: async () => {
      const [dataset, fields, questions] = await Promise.all([
        readDataset(datasetId),
        listFields(datasetId),
        listQuestions(datasetId),
      ]);
      return { dataset, fields, questions };
    },
    staleTime: 60_000,
  });
  const setup = useMemo(
    () => found.data && makeSetup(found.data.dataset, found.data.fields, found.data.questions),
    [found.data],
  );

  if (found.error) {
    if (found.error instanceof ApiError && found.error.status === 404) return <Gone />;
    return <BrokenScreen error={found.error} onAgain={() => void found.refetch()} />;
  }
  if (!setup) return <Waiting />;
  if (setup.dataset.status !== "ready")
    return (
      <Screen crumbs={[{ label: setup.dataset.name }]}>
        <Empty title={texts.annotate.notReady}>{texts.annotate.notReadyHint}</Empty>
      </Screen>
    );
  return <Annotate key={datasetId} setup={setup} />;
}
