import { scoreOf } from "../../api/score";
import type { Question, RecordItem } from "../../api/types";
import { Answer } from "../../lead/Answer";
import { useLeadTexts } from "../../texts/lead";
import classes from "./record.module.css";

type Props = {
  suggestion: NonNullable<RecordItem["suggestions"]>[number];
  question: Question;
  record: RecordItem;
};

/** What was suggested, by whom, and how sure they were. */
export function SuggestionCard({ suggestion, question, record }: Props) {
  const lead = useLeadTexts();
  const { agent, value } = suggestion;
  const facts = [agent, scoreOf(suggestion)?.toFixed(2)];
  return (
    <article className={classes.card}>
      <header className={classes.who}>
        <strong>{lead.record.suggestion}</strong>
        <span className={classes.small}>{facts.filter(Boolean).join(" · ")}</span>
      </header>
      <Answer question={question} value={value} record={record} />
    </article>
  );
}
