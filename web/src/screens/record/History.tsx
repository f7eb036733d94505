import type { FullRecord } from "../../api/lead";
import type { Question } from "../../api/types";
import { answerText } from "../../lead/Answer";
import { dayAndTime } from "../../lead/format";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./record.module.css";

/** Every version of every response, newest first; only where something was changed. */
export function History({ full, questions }: { full: FullRecord; questions: Question[] }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  if (full.history.length <= full.responses.length) return null;
  const newest = [...full.history].sort((one, other) => other.at.localeCompare(one.at));
  return (
    <details className={classes.history}>
      <summary>{lead.record.history}</summary>
      <ol>
        {newest.map(({ version, user_id, status, values, at, undone }) => (
          <li key={`${user_id}-${version}`} data-undone={undone || undefined}>
            <strong dir="auto">{full.usernames[user_id] ?? lead.record.someone}</strong>{" "}
            {lead.record.version(version)} ·{" "}
            {lead.record.statuses[status as keyof typeof lead.record.statuses] ?? status}
            {undone && ` · ${lead.record.undone}`}
            {questions
              .filter(({ name }) => values?.[name])
              .map((question) => (
                <span key={question.id} className={classes.old} dir="auto">
                  {answerText(question, values?.[question.name]?.value, full.record) ||
                    lead.record.unanswerable}
                </span>
              ))}
            <span className={classes.small}>{dayAndTime(at, language)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
