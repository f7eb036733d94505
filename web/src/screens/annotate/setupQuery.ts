/** Asks for a dataset with its fields and questions. */
import { listFields, listQuestions, readDataset } from "../../api/datasets";
import { queries } from "../../app/queries";

export const setupQuery = (datasetId: string) => ({
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

/** Ask before the screen is there; never fails. */
export const prepareSetup = (datasetId: string): Promise<void> =>
  queries.prefetchQuery(setupQuery(datasetId));
