import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listFields, listQuestions, readDataset } from "../../api/datasets";
import { type Setup, makeSetup } from "./model";

/** A dataset with its fields and questions. */
export function useSetup(datasetId: string): { setup: Setup | undefined; found: UseQueryResult } {
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
  const { data } = found;
  const setup = useMemo(
    () => data && makeSetup(data.dataset, data.fields, data.questions),
    [data],
  );
  return { setup, found };
}
