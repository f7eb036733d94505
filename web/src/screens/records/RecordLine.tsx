import { Checkbox } from "@mantine/core";
import { memo } from "react";
import { Link } from "wouter";
import type { Hit } from "../../api/lead";
import { scoreOf } from "../../api/score";
import type { Field, Question } from "../../api/types";
import { answerText } from "../../lead/Answer";
import { addressOf } from "../../lead/DatasetFrame";
import { useLeadTexts } from "../../texts/lead";
import { Highlighted } from "./Highlighted";
import classes from "./records.module.css";

const EXCERPT = 220;

type Props = {
  hit: Hit;
  fields: Field[];
  /** The question whose answer or suggestion is shown. */
  question: Question | undefined;
  selected: boolean;
  onSelect: (id: string) => void;
};

/** Drawn anew only where it changes: there may be thousands. */
export const RecordLine = memo(function RecordLine(props: Props) {
  const { hit, fields, question, selected, onSelect } = props;
  const lead = useLeadTexts();
  const { record, query_score: likeness, highlights = {} } = hit;
  const responses = record.responses ?? [];
  const shown = fields
    .map(({ name }) => ({ name, text: record.fields[name] }))
    .filter((field): field is { name: string; text: string } => typeof field.text === "string");
  const [first, ...others] = shown;
  const submitted = responses.filter(({ status }) => status === "submitted");
  const suggested = record.suggestions?.find(({ question_id }) => question_id === question?.id);
  const score = scoreOf(suggested);
  const answer = submitted[0]?.values?.[question?.name ?? ""]?.value ?? suggested?.value;
  const title = first ? first.text.slice(0, 80) : record.id;
  return (
    <li className={classes.line} data-selected={selected || undefined}>
      <Checkbox
        checked={selected}
        onChange={() => onSelect(record.id)}
        aria-label={lead.records.select(title)}
      />
      <Link href={`${addressOf(record.dataset_id)}/${record.id}`} className={classes.body}>
        <span className={classes.title} dir="auto">
          {first ? (
            <Highlighted text={first.text} places={highlights[first.name]} longest={EXCERPT} />
          ) : (
            record.id
          )}
        </span>
        {others.slice(0, 1).map(({ name, text }) => (
          <span key={name} className={classes.excerpt} dir="auto">
            <Highlighted text={text} places={highlights[name]} longest={EXCERPT} />
          </span>
        ))}
        {question && answer !== undefined && (
          <span
            className={classes.answer}
            data-suggested={submitted.length === 0 || undefined}
            dir="auto"
          >
            {answerText(question, answer, record) || lead.record.unanswerable}
            {submitted.length === 0 && (
              <em>
                {" · "}
                {lead.records.suggested}
                {score !== null && ` ${score.toFixed(2)}`}
              </em>
            )}
          </span>
        )}
      </Link>
      <span className={classes.state}>
        <span className={classes.badge} data-status={record.status}>
          {lead.records[record.status]}
        </span>
        {submitted.length > 0 && <span>{lead.records.responses(submitted.length)}</span>}
        {likeness !== null && <span>{lead.records.likeness(likeness)}</span>}
      </span>
    </li>
  );
});
