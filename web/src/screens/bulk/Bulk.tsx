import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { MOST_TASKS, type Task, heartbeat, nextTasks, releaseLeases } from "../../api/tasks";
import type { Question } from "../../api/types";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Waiting } from "../../parts/states";
import { useSaving } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import { Exhausted } from "../annotate/Exhausted";
import { SaveState } from "../annotate/SaveState";
import {
  type Answers,
  type Setup,
  fromValues,
  shownSuggestions,
  toValues,
  unanswered,
  withSuggestions,
} from "../annotate/model";
import { isChoice } from "../annotate/useDigits";
import { BulkChoices } from "./BulkChoices";
import { BulkRow } from "./BulkRow";
import classes from "./Bulk.module.css";

const BEAT_MS = 120_000;

/** Up to ten records in rows; what is chosen is answered and submitted together. */
export function Bulk({ setup }: { setup: Setup }) {
  const texts = useTexts();
  const client = useQueryClient();
  const { queue } = useSaving();
  const key = useMemo(() => ["dataset", setup.dataset.id, "bulk"], [setup]);
  const [answers, setAnswers] = useState<Record<string, Answers>>({});
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const shownAt = useRef(new Date());
  const found = useQuery({
    queryKey: key,
    queryFn: () => nextTasks(setup.dataset.id, MOST_TASKS),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [submitted, setSubmitted] = useState<ReadonlySet<string>>(new Set());
  const tasks = useMemo(
    () =>
      (found.data?.items ?? []).filter(
        ({ record }) => !submitted.has(record.id) && queue.entry(record.id) === null,
      ),
    [found.data, queue, submitted],
  );
  const ids = useMemo(() => tasks.map(({ record }) => record.id), [tasks]);
  useLeases(ids);
  useEffect(() => {
    shownAt.current = new Date();
  }, []);

  // Ask for more once the server has what was submitted, which it would offer again before.
  const renew = useCallback(() => client.invalidateQueries({ queryKey: key }), [client, key]);
  useEffect(
    () =>
      queue.onSaved(() => {
        if (queue.recordIds().length === 0) void renew();
      }),
    [queue, renew],
  );

  const choices = setup.questions.filter(isChoice);
  const answersOf = (task: Task): Answers =>
    answers[task.record.id] ?? fromValues(task.response?.values);
  const change = (task: Task, question: Question, value: unknown) =>
    setAnswers((before) => ({
      ...before,
      [task.record.id]: { ...answersOf(task), [question.name]: value },
    }));
  const chosen = tasks.filter(({ record }) => picked.has(record.id));
  const completeOf = (task: Task) =>
    withSuggestions(answersOf(task), setup.questions, shownSuggestions(task, setup.questions));
  const ready = chosen.filter(
    (task) => unanswered(completeOf(task), setup.questions, task.record).length === 0,
  );
  const applyToChosen = (question: Question, value: unknown) => {
    for (const task of chosen) change(task, question, value);
  };
  const submit = () => {
    for (const task of ready)
      queue.put(task.record.id, setup.dataset.id, {
        status: "submitted",
        values: toValues(completeOf(task), setup.questions, task.record),
        judgement: {
          shown_order: task.shown_order,
          shown_at: shownAt.current.toISOString(),
          suggestion_shown: Object.fromEntries(
            [...shownSuggestions(task, setup.questions).keys()].map((name) => [name, true]),
          ),
        },
      });
    setSubmitted(new Set([...submitted, ...ready.map(({ record }) => record.id)]));
    setPicked(new Set());
  };
  const toggle = (id: string) =>
    setPicked((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const all = tasks.length > 0 && chosen.length === tasks.length;

  if (found.error) return <BrokenScreen error={found.error} onAgain={() => void found.refetch()} />;
  return (
    <Screen
      headed
      crumbs={[
        { label: setup.dataset.name, to: `/datasets/${setup.dataset.id}/annotate` },
        { label: texts.annotate.bulk },
      ]}
      actions={
        <>
          <SaveState onOpen={(id) => location.assign(`/datasets/${setup.dataset.id}/annotate?record=${id}`)} />
          <Button
            component={Link}
            href={`/datasets/${setup.dataset.id}/annotate`}
            variant="subtle"
            color="gray"
            size="compact-md"
          >
            {texts.annotate.single}
          </Button>
        </>
      }
    >
      {found.isPending ? (
        <Waiting />
      ) : tasks.length === 0 ? (
        <Exhausted
          progress={found.data.progress}
          onAgain={() => void renew()}
          onBack={() => history.back()}
        />
      ) : (
        <>
          <section className={classes.head} aria-label={texts.annotate.bulkApply}>
            <label className={classes.all}>
              <input
                type="checkbox"
                checked={all}
                onChange={() => setPicked(all ? new Set() : new Set(ids))}
              />
              {chosen.length > 0 ? texts.annotate.bulkChosen(chosen.length) : texts.annotate.bulkAll}
            </label>
            {chosen.length > 0 && (
              <BulkChoices
                id="all"
                questions={choices}
                answers={commonAnswers(chosen.map(answersOf), choices)}
                suggestions={new Map()}
                onChange={applyToChosen}
              />
            )}
            <Button className={classes.submit} disabled={ready.length === 0} onClick={submit}>
              {texts.annotate.bulkSubmit(ready.length)}
            </Button>
          </section>
          <ol className={classes.rows}>
            {tasks.map((task, at) => (
              <BulkRow
                key={task.record.id}
                number={at + 1}
                task={task}
                fields={setup.fields}
                picked={picked.has(task.record.id)}
                onPick={() => toggle(task.record.id)}
              >
                <BulkChoices
                  id={task.record.id}
                  questions={choices}
                  answers={answersOf(task)}
                  suggestions={shownSuggestions(task, setup.questions)}
                  onChange={(question, value) => {
                    change(task, question, value);
                    if (!picked.has(task.record.id)) toggle(task.record.id);
                  }}
                />
              </BulkRow>
            ))}
          </ol>
        </>
      )}
    </Screen>
  );
}

/** The answers that all have in common. */
function commonAnswers(all: Answers[], questions: Question[]): Answers {
  const common: Answers = {};
  for (const { name } of questions) {
    const values = new Set(all.map((answers) => JSON.stringify(answers[name])));
    if (values.size === 1) common[name] = all[0]?.[name];
  }
  return common;
}

/** Keep the records on the desk while they are shown, and let go of them on leaving. */
function useLeases(ids: string[]): void {
  const shown = useRef(ids);
  shown.current = ids;
  useEffect(() => {
    const beat = setInterval(() => {
      // A beat that fails is made up for by the next; a lost lease still takes the answer.
      if (shown.current.length > 0) heartbeat(shown.current).catch(() => {});
    }, BEAT_MS);
    const release = () => {
      if (shown.current.length > 0) releaseLeases(shown.current).catch(() => {});
    };
    window.addEventListener("pagehide", release);
    return () => {
      clearInterval(beat);
      window.removeEventListener("pagehide", release);
      release();
    };
  }, []);
}
