import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { listSnapshots, takeSnapshot } from "../../api/lead";
import { notifyError } from "../../app/notice";
import { dayAndTime } from "../../lead/format";
import { useLanguage, useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./settings.module.css";

export function Snapshots({ dataset }: { dataset: string }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const key = ["dataset", dataset, "snapshots"];
  const snapshots = useQuery({ queryKey: key, queryFn: () => listSnapshots(dataset) });
  const taking = useMutation({
    mutationFn: () => takeSnapshot(dataset, name.trim() || null),
    onSuccess: () => setName(""),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  return (
    <section>
      <h2 className={classes.heading}>{lead.settings.snapshots}</h2>
      <p className={classes.hint}>{lead.settings.snapshotsHint}</p>
      <form
        className={classes.line}
        onSubmit={(event) => {
          event.preventDefault();
          taking.mutate();
        }}
      >
        <TextInput
          aria-label={lead.settings.snapshotName}
          placeholder={lead.settings.snapshotName}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={taking.isPending}>
          {lead.settings.takeSnapshot}
        </Button>
      </form>
      {snapshots.data?.length === 0 && <p className={classes.hint}>{lead.settings.noSnapshots}</p>}
      <ul className={classes.snapshots}>
        {snapshots.data?.map((snapshot) => (
          <li key={snapshot.id}>
            <strong dir="auto">
              {snapshot.name ?? dayAndTime(snapshot.inserted_at, language)}
            </strong>
            <span>{lead.settings.snapshotRow(snapshot.records, snapshot.responses)}</span>
            <code>{snapshot.content_hash.slice(0, 16)}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
