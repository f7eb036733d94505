import { useMutation, useQueryClient } from "@tanstack/react-query";
import { adjudicate, removeControl, takeBackAdjudication } from "../../api/lead";
import type { RecordItem } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";

export type Decisions = {
  /** Let this response hold, whatever others said. */
  take: (responseId: string) => void;
  takeBack: () => void;
  removeControl: () => void;
};

/** What a lead can decide of a record; failures are told, and the record is read anew. */
export function useDecisions({ id, dataset_id }: RecordItem): Decisions {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (make: () => Promise<void>) => make(),
    onError: (error) => notifyError(error, texts),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["record", id] });
      void client.invalidateQueries({ queryKey: ["dataset", dataset_id] });
    },
  });
  return {
    take: (responseId) =>
      mutate(() => adjudicate(id, { response_id: responseId }), {
        onSuccess: () => notifyDone(lead.record.decided),
      }),
    takeBack: () => mutate(() => takeBackAdjudication(id)),
    removeControl: () => mutate(() => removeControl(id)),
  };
}
