import { Button, Kbd } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FullResponse, type Judgement, setControl } from "../../api/lead";
import type { Question, RecordItem } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { Answer } from "../../lead/Answer";
import { dayAndTime } from "../../lead/format";
import { useLanguage, useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./record.module.css";

type Props = {
  response: FullResponse;
  /** Its place among the submitted ones, from 1; 0 if it is not one of them. */
  place: number;
  judgement: Judgement | undefined;
  record: RecordItem;
  questions: Question[];
  taken: boolean;
  onTake: () => void;
};

const some = (flags: Record<string, boolean> | null | undefined): boolean =>
  Object.values(flags ?? {}).some(Boolean);

export function ResponseCard({
  response,
  place,
  judgement,
  record,
  questions,
  taken,
  onTake,
}: Props) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const language = useLanguage();
  const client = useQueryClient();
  const control = useMutation({
    mutationFn: () => setControl(record.id, response.values ?? {}),
    onSuccess: () => notifyDone(lead.record.controlOn),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["record", record.id] }),
  });
  // An answer like a suggestion that nobody saw owes it nothing.
  const seen = some(judgement?.suggestion_shown);
  const facts = [
    dayAndTime(response.updated_at, language),
    response.status !== "submitted" && lead.record.statuses[response.status],
    response.version > 1 && lead.record.version(response.version),
    response.extra && lead.record.extra,
    judgement?.elapsed_ms != null && lead.record.seconds(judgement.elapsed_ms / 1000),
    judgement?.shown_order && lead.record.order(judgement.shown_order.join(", ")),
    seen && some(judgement?.suggestion_accepted) && lead.record.accepted,
    seen && some(judgement?.suggestion_edited) && lead.record.edited,
  ].filter(Boolean);
  return (
    <article className={classes.card} data-taken={taken || undefined} data-status={response.status}>
      <header className={classes.who}>
        {place > 0 && place <= 9 && <Kbd>{place}</Kbd>}
        <strong dir="auto">{response.username ?? lead.record.someone}</strong>
      </header>
      {questions
        .filter(({ name }) => response.values?.[name])
        .map((question) => (
          <div key={question.id} className={classes.answer}>
            {questions.length > 1 && <span className={classes.asked}>{question.title}</span>}
            <Answer
              question={question}
              value={response.values?.[question.name]?.value}
              record={record}
            />
          </div>
        ))}
      <p className={classes.small}>{facts.join(" · ")}</p>
      {place > 0 && (
        <div className={classes.buttons}>
          <Button size="compact-sm" variant={taken ? "filled" : "default"} onClick={onTake}>
            {lead.record.adjudicate}
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => control.mutate()}>
            {lead.record.control}
          </Button>
        </div>
      )}
    </article>
  );
}
