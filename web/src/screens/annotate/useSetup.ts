import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Setup, makeSetup } from "./model";
import { setupQuery } from "./setupQuery";

/** A dataset with its fields and questions. */
export function useSetup(datasetId: string): { setup: Setup | undefined; found: UseQueryResult } {
  const found = useQuery(setupQuery(datasetId));
  const { data } = found;
  const setup = useMemo(
    () => data && makeSetup(data.dataset, data.fields, data.questions),
    [data],
  );
  return { setup, found };
}
