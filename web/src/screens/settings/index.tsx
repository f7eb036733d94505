/** A dataset's settings. What somebody else changed meanwhile is never overwritten unseen. */
import { Button, Modal, NumberInput, Select, Text, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { listQuestions } from "../../api/datasets";
import { ApiError } from "../../api/http";
import { type Order, deleteDataset, updateDataset, updateQuestion } from "../../api/lead";
import type { Dataset } from "../../api/types";
import type { Question } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { DatasetFrame } from "../../lead/DatasetFrame";
import { etag } from "../../lead/etag";
import { Broken, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Snapshots } from "./Snapshots";
import classes from "./settings.module.css";

const ORDERS: Order[] = ["sequence", "score", "disagreement", "random", "length"];

export default function SettingsScreen() {
  return (
    <DatasetFrame part="settings" width="narrow">
      {(dataset) => (
        <div className={classes.page}>
          <Basics key={dataset.updated_at} dataset={dataset} />
          <Questions dataset={dataset.id} />
          <Snapshots dataset={dataset.id} />
          <Danger dataset={dataset} />
        </div>
      )}
    </DatasetFrame>
  );
}

function Basics({ dataset }: { dataset: Dataset }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [name, setName] = useState(dataset.name);
  const [guidelines, setGuidelines] = useState(dataset.guidelines ?? "");
  const [overlap, setOverlap] = useState<number | string>(dataset.distribution?.min_submitted ?? 1);
  const [order, setOrder] = useState<Order>(dataset.assignment?.order ?? "sequence");
  const saving = useMutation({
    mutationFn: () =>
      updateDataset(
        dataset.id,
        {
          name,
          guidelines: guidelines || null,
          distribution: { strategy: "overlap", min_submitted: Number(overlap) || 1 },
          ...(dataset.assignment && { assignment: { ...dataset.assignment, order } }),
        },
        etag(dataset.updated_at),
      ),
    onSuccess: () => notifyDone(lead.settings.saved),
    onError: (error) =>
      notifyError(
        error instanceof ApiError && error.status === 412 ? new ApiError(412, { code: error.code, message: lead.settings.stale, params: {} }, null) : error,
        texts,
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["dataset", dataset.id] }),
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <TextInput label={lead.settings.name} value={name} onChange={(event) => setName(event.currentTarget.value)} required dir="auto" />
      <Textarea
        label={lead.settings.guidelines}
        description={lead.settings.guidelinesHint}
        value={guidelines}
        onChange={(event) => setGuidelines(event.currentTarget.value)}
        autosize
        minRows={5}
        maxRows={20}
        dir="auto"
      />
      <div className={classes.two}>
        <NumberInput label={lead.settings.overlap} description={lead.settings.overlapHint} min={1} max={1000} value={overlap} onChange={setOverlap} />
        {dataset.assignment && (
          <Select
            label={lead.settings.order}
            data={ORDERS.map((value) => ({ value, label: lead.settings.orders[value] }))}
            value={order}
            onChange={(value) => setOrder((value ?? "sequence") as Order)}
            allowDeselect={false}
          />
        )}
      </div>
      <Button type="submit" loading={saving.isPending}>
        {lead.settings.save}
      </Button>
    </form>
  );
}

function Questions({ dataset }: { dataset: string }) {
  const lead = useLeadTexts();
  const questions = useQuery({
    queryKey: ["dataset", dataset, "questions"],
    queryFn: () => listQuestions(dataset),
  });
  if (questions.error)
    return <Broken error={questions.error} onAgain={() => void questions.refetch()} />;
  if (!questions.data) return <Waiting />;
  return (
    <section>
      <h2 className={classes.heading}>{lead.settings.questions}</h2>
      {questions.data.map((question) => (
        <QuestionForm key={question.id} question={question} />
      ))}
    </section>
  );
}

function QuestionForm({ question }: { question: Question }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [title, setTitle] = useState(question.title);
  const [description, setDescription] = useState(question.description ?? "");
  const saving = useMutation({
    mutationFn: () => updateQuestion(question.id, { title, description: description || null }),
    onSuccess: () => notifyDone(lead.settings.saved),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["dataset", question.dataset_id] }),
  });
  return (
    <form
      className={classes.question}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <TextInput label={`${lead.settings.questionTitle} (${question.name})`} value={title} onChange={(event) => setTitle(event.currentTarget.value)} required dir="auto" />
      <TextInput label={lead.settings.questionDescription} value={description} onChange={(event) => setDescription(event.currentTarget.value)} dir="auto" />
      <Button type="submit" variant="default" loading={saving.isPending} disabled={title === question.title && description === (question.description ?? "")}>
        {lead.settings.save}
      </Button>
    </form>
  );
}

function Danger({ dataset }: { dataset: Dataset }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const deleting = useMutation({
    mutationFn: () => deleteDataset(dataset.id),
    onSuccess: () => {
      notifyDone(lead.settings.deleted);
      client.removeQueries({ queryKey: ["dataset", dataset.id] });
      void client.invalidateQueries({ queryKey: ["datasets"] });
      go("/");
    },
    onError: (error) => notifyError(error, texts),
  });
  return (
    <section>
      <h2 className={classes.heading}>{lead.settings.danger}</h2>
      <p className={classes.hint}>{lead.settings.dangerHint}</p>
      <Button color="red" variant="light" onClick={() => setAsking(true)}>
        {lead.settings.delete}
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={lead.settings.danger}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === dataset.name) deleting.mutate();
          }}
        >
          <Text>{lead.settings.dangerHint}</Text>
          <TextInput mt="md" label={lead.settings.deleteConfirm(dataset.name)} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
          <div className={classes.choices}>
            <Button variant="default" onClick={() => setAsking(false)}>
              {lead.settings.keep}
            </Button>
            <Button type="submit" color="red" disabled={typed !== dataset.name} loading={deleting.isPending}>
              {lead.settings.delete}
            </Button>
          </div>
        </form>
      </Modal>
    </section>
  );
}
