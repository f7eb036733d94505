/** A dataset's settings. What somebody else changed meanwhile is never overwritten unseen. */
import { Button, Modal, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { listQuestions } from "../../api/datasets";
import { deleteDataset, updateQuestion } from "../../api/lead";
import type { Dataset } from "../../api/types";
import type { Question } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { DatasetFrame } from "../../lead/DatasetFrame";
import { Broken, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Basics } from "./Basics";
import { Snapshots } from "./Snapshots";
import classes from "./settings.module.css";

export default function SettingsScreen() {
  return (
    <DatasetFrame part="settings" width="narrow">
      {(dataset) => (
        <div className={classes.page}>
          <Basics dataset={dataset} />
          <Questions dataset={dataset.id} />
          <Snapshots dataset={dataset.id} />
          <Danger dataset={dataset} />
        </div>
      )}
    </DatasetFrame>
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
      <TextInput
        label={`${lead.settings.questionTitle} (${question.name})`}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        required
        dir="auto"
      />
      <TextInput
        label={lead.settings.questionDescription}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        dir="auto"
      />
      <Button
        type="submit"
        variant="default"
        loading={saving.isPending}
        disabled={title === question.title && description === (question.description ?? "")}
      >
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
          <TextInput
            mt="md"
            label={lead.settings.deleteConfirm(dataset.name)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
          <div className={classes.choices}>
            <Button variant="default" onClick={() => setAsking(false)}>
              {lead.settings.keep}
            </Button>
            <Button
              type="submit"
              color="red"
              disabled={typed !== dataset.name}
              loading={deleting.isPending}
            >
              {lead.settings.delete}
            </Button>
          </div>
        </form>
      </Modal>
    </section>
  );
}
