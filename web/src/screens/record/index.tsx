/** One record with all that people said of it; disagreements are decided here, by one key. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useParams } from "wouter";
import { tinykeys } from "tinykeys";
import { listFields, listQuestions } from "../../api/datasets";
import {
  type FullRecord,
  adjudicate,
  readFullRecord,
  removeControl,
  takeBackAdjudication,
} from "../../api/lead";
import type { Dataset } from "../../api/types";
import type { Field, Question } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { Answer } from "../../lead/Answer";
import { DatasetFrame } from "../../lead/DatasetFrame";
import { dayAndTime } from "../../lead/format";
import { Broken, Waiting } from "../../parts/states";
import { useLanguage, useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { FieldText } from "./FieldText";
import { History } from "./History";
import { ResponseCard } from "./ResponseCard";
import { Similar } from "./Similar";
import classes from "./record.module.css";

export default function RecordScreen() {
  const lead = useLeadTexts();
  return (
    <DatasetFrame part="records" crumb={{ label: lead.record.title }}>
      {(dataset) => <Loaded dataset={dataset} />}
    </DatasetFrame>
  );
}

function Loaded({ dataset }: { dataset: Dataset }) {
  const { record: id = "" } = useParams<{ record: string }>();
  const fields = useQuery({
    queryKey: ["dataset", dataset.id, "fields"],
    queryFn: () => listFields(dataset.id),
  });
  const questions = useQuery({
    queryKey: ["dataset", dataset.id, "questions"],
    queryFn: () => listQuestions(dataset.id),
  });
  const full = useQuery({ queryKey: ["record", id], queryFn: () => readFullRecord(id) });
  const error = full.error ?? fields.error ?? questions.error;
  if (error) return <Broken error={error} onAgain={() => void full.refetch()} />;
  if (!full.data || !fields.data || !questions.data) return <Waiting />;
  return <RecordView full={full.data} fields={fields.data} questions={questions.data} />;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input, textarea, select, [contenteditable]") !== null;

type Props = { full: FullRecord; fields: Field[]; questions: Question[] };

function RecordView({ full, fields, questions }: Props) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const { record, responses, adjudication, control } = full;
  const submitted = responses.filter(({ status }) => status === "submitted");

  const change = useMutation({
    mutationFn: (make: () => Promise<void>) => make(),
    onError: (error) => notifyError(error, texts),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["record", record.id] });
      void client.invalidateQueries({ queryKey: ["dataset", record.dataset_id] });
    },
  });
  const { mutate } = change;
  const take = (response: string) =>
    mutate(() => adjudicate(record.id, { response_id: response }), {
      onSuccess: () => notifyDone(lead.record.decided),
    });
  const takeBack = () => mutate(() => takeBackAdjudication(record.id));

  useEffect(() => {
    const unlessTyping = (act: () => void) => (event: KeyboardEvent) => {
      if (typing(event.target) || event.isComposing) return;
      event.preventDefault();
      act();
    };
    const keys: Record<string, (event: KeyboardEvent) => void> = {};
    submitted.slice(0, 9).forEach(({ id }, at) => {
      keys[String(at + 1)] = unlessTyping(() => take(id));
    });
    if (adjudication) keys.u = unlessTyping(takeBack);
    return tinykeys(window, keys);
  });

  return (
    <div className={classes.columns}>
      <section className={classes.fields} aria-label={lead.record.title}>
        {fields.map((field) => (
          <FieldText
            key={field.id}
            field={field}
            record={record}
            questions={questions}
            responses={submitted}
          />
        ))}
        {record.metadata && Object.keys(record.metadata).length > 0 && (
          <dl className={classes.metadata}>
            {Object.entries(record.metadata).map(([name, value]) => (
              <div key={name}>
                <dt dir="auto">{name}</dt>
                <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <Similar dataset={record.dataset_id} record={record.id} />
      </section>
      <section className={classes.answers} aria-label={lead.record.responses}>
        {adjudication && (
          <article className={classes.decision}>
            <h2 className={classes.heading}>{lead.record.adjudicated}</h2>
            {questions
              .filter(({ name }) => adjudication.values[name])
              .map((question) => (
                <div key={question.id}>
                  <Answer
                    question={question}
                    value={adjudication.values[question.name]?.value}
                    record={record}
                  />
                </div>
              ))}
            <p className={classes.small}>
              {lead.record.adjudicatedBy(full.usernames[adjudication.by] ?? lead.record.someone)} ·{" "}
              {dayAndTime(adjudication.at, language)}
            </p>
            <Button size="xs" variant="default" onClick={takeBack}>
              {lead.record.takeBack}
            </Button>
          </article>
        )}
        {control && (
          <article className={classes.decision}>
            <h2 className={classes.heading}>{lead.record.controlOn}</h2>
            {questions
              .filter(({ name }) => control.values[name])
              .map((question) => (
                <div key={question.id}>
                  <Answer
                    question={question}
                    value={control.values[question.name]?.value}
                    record={record}
                  />
                </div>
              ))}
            <Button
              size="xs"
              variant="default"
              onClick={() => mutate(() => removeControl(record.id))}
            >
              {lead.record.removeControl}
            </Button>
          </article>
        )}
        <h2 className={classes.heading}>{lead.record.responses}</h2>
        {responses.length === 0 && <p className={classes.small}>{lead.record.noResponses}</p>}
        {responses.map((response) => (
          <ResponseCard
            key={response.id}
            response={response}
            place={submitted.indexOf(response) + 1}
            judgement={full.judgements.find(({ response_id }) => response_id === response.id)}
            record={record}
            questions={questions}
            taken={adjudication?.response_id === response.id}
            onTake={() => take(response.id)}
          />
        ))}
        {submitted.length > 0 && (
          <p className={classes.small}>
            {submitted.length === 1
              ? lead.record.keysHintOne
              : lead.record.keysHint(Math.min(9, submitted.length))}
          </p>
        )}
        {(record.suggestions ?? []).map((suggestion) => {
          const question = questions.find(({ id }) => id === suggestion.question_id);
          return (
            question && (
              <article key={suggestion.id} className={classes.card}>
                <header className={classes.who}>
                  <strong>{lead.record.suggestion}</strong>
                  <span className={classes.small}>
                    {[
                      suggestion.agent,
                      typeof suggestion.score === "number" ? suggestion.score.toFixed(2) : null,
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </header>
                <Answer question={question} value={suggestion.value} record={record} />
              </article>
            )
          );
        })}
        <History full={full} questions={questions} />
      </section>
    </div>
  );
}
