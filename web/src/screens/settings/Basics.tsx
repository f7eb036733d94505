/** Name, guidelines, overlap and order. What somebody else saved meanwhile is shown, not lost. */
import { Button, NumberInput, Select, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readDataset } from "../../api/datasets";
import { ApiError } from "../../api/http";
import { type Order, updateDataset } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { etag } from "../../lead/etag";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Stale } from "./Stale";
import { type Draft, ORDERS, conflict, differences, draftOf, merged, patchOf } from "./draft";
import classes from "./settings.module.css";

/** What to save, if the server still has what it is saved over. */
type Save = { over: Dataset; with: Draft };

export function Basics({ dataset }: { dataset: Dataset }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  // What the form began with: a save counts only while the server still has this.
  const [base, setBase] = useState(dataset);
  const [draft, setDraft] = useState(draftOf(dataset));
  const [theirs, setTheirs] = useState<Dataset | null>(null);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const take = (saved: Dataset) => {
    setBase(saved);
    setDraft(draftOf(saved));
    setTheirs(null);
    void client.invalidateQueries({ queryKey: ["dataset", dataset.id] });
  };
  const saving = useMutation({
    mutationFn: ({ over, with: given }: Save) =>
      updateDataset(dataset.id, patchOf(given, over), etag(over.updated_at)),
    onSuccess: (saved) => {
      notifyDone(lead.settings.saved);
      take(saved);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 412) reading.mutate();
      else notifyError(error, texts);
    },
  });
  const reading = useMutation({
    mutationFn: () => readDataset(dataset.id),
    onSuccess: (now) => {
      const [begun, found] = [draftOf(base), draftOf(now)];
      const both = merged(draft, begun, found);
      setDraft(both);
      setBase(now);
      if (conflict(draft, begun, found)) setTheirs(now);
      else saving.mutate({ over: now, with: both });
    },
    onError: (error) => notifyError(error, texts),
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate({ over: base, with: draft });
      }}
    >
      <TextInput
        label={lead.settings.name}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        required
        dir="auto"
      />
      <Textarea
        label={lead.settings.guidelines}
        description={lead.settings.guidelinesHint}
        value={draft.guidelines}
        onChange={(event) => change({ guidelines: event.currentTarget.value })}
        autosize
        minRows={5}
        maxRows={20}
        dir="auto"
      />
      <div className={classes.two}>
        <NumberInput
          label={lead.settings.overlap}
          description={lead.settings.overlapHint}
          min={1}
          max={1000}
          value={draft.overlap}
          onChange={(overlap) => change({ overlap })}
        />
        {dataset.assignment && (
          <Select
            label={lead.settings.order}
            data={ORDERS.map((value) => ({ value, label: lead.settings.orders[value] }))}
            value={draft.order}
            onChange={(value) => change({ order: (value ?? "sequence") as Order })}
            allowDeselect={false}
          />
        )}
      </div>
      {dataset.assignment && (
        <NumberInput
          label={lead.settings.onRequest}
          description={lead.settings.onRequestHint}
          min={0}
          max={100}
          step={10}
          suffix=" %"
          value={draft.onRequest}
          onChange={(onRequest) => change({ onRequest })}
        />
      )}
      {theirs ? (
        <Stale
          differences={differences(draft, draftOf(theirs), lead)}
          saving={saving.isPending}
          onOver={() => saving.mutate({ over: theirs, with: draft })}
          onTheirs={() => take(theirs)}
        />
      ) : (
        <Button type="submit" loading={saving.isPending || reading.isPending}>
          {lead.settings.save}
        </Button>
      )}
    </form>
  );
}
