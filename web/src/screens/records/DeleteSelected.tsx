import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteRecords } from "../../api/lead";
import { notifyDone, notifyError } from "../../app/notice";
import { Confirm } from "../../lead/Confirm";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./records.module.css";

type Props = { dataset: string; ids: string[]; onDone: () => void };

export function DeleteSelected({ dataset, ids, onDone }: Props) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const deleting = useMutation({
    mutationFn: () => deleteRecords(dataset, ids),
    onSuccess: () => {
      notifyDone(lead.records.deleted(ids.length));
      onDone();
    },
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["dataset", dataset] }),
  });
  return (
    <Confirm
      title={lead.records.deleteTitle(ids.length)}
      hint={lead.records.deleteHint}
      keep={lead.records.keep}
      go={lead.records.delete}
      onGo={() => deleting.mutate()}
    >
      {(ask) => (
        <Button
          className={classes.right}
          size="xs"
          color="red"
          variant="light"
          loading={deleting.isPending}
          onClick={ask}
        >
          {lead.records.delete}
        </Button>
      )}
    </Confirm>
  );
}
