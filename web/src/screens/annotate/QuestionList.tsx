/** All questions but those that are answered in the text and by the candidates' cards. */
import type { RecordItem, Suggestion } from "../../api/types";
import type { Question } from "../../api/types";
import { useTexts } from "../../texts";
import classes from "./QuestionList.module.css";
import { type Answers, isKind } from "./model";
import { Choice } from "./questions/Choice";
import { RankedOptions } from "./questions/RankedOptions";
import { WrittenAnswer } from "./questions/WrittenAnswer";

type Props = {
  questions: Question[];
  answers: Answers;
  suggestions: Map<string, Suggestion>;
  record: RecordItem;
  /** The question that digits answer. */
  active: string | null;
  /** Keys before a digit, by question name, where plain digits mean something else. */
  prefixes?: Record<string, string>;
  /** The written answer that selecting in the text fills. */
  filled: string | null;
  onChange: (name: string, value: unknown) => void;
  onActive: (name: string) => void;
};

export function QuestionList(props: Props) {
  const { questions, answers, suggestions, record, active, prefixes = {}, onChange } = props;
  const texts = useTexts();
  if (questions.length === 0) return null;
  return (
    <div className={classes.list}>
      {questions.map((question) => {
        const id = `question-${question.name}`;
        const common = {
          value: answers[question.name],
          suggestion: suggestions.get(question.name),
          labelledBy: id,
          onChange: (value: unknown) => onChange(question.name, value),
        };
        return (
          <section
            key={question.name}
            className={classes.question}
            data-active={(questions.length > 1 && active === question.name) || undefined}
            onFocus={() => props.onActive(question.name)}
          >
            <h2 id={id} className={classes.title}>
              <bdi>{question.title}</bdi>
              {!question.required && <span className={classes.note}>{texts.annotate.optional}</span>}
            </h2>
            {question.description && (
              <p className={classes.description} dir="auto">
                {question.description}
              </p>
            )}
            {isKind(question, "text") && (
              <WrittenAnswer
                question={question}
                {...common}
                hint={props.filled === question.name ? texts.annotate.fillHint : undefined}
              />
            )}
            {(isKind(question, "label_selection") ||
              isKind(question, "multi_label_selection") ||
              isKind(question, "rating")) && (
              <Choice
                question={question}
                {...common}
                name={`choice-${question.name}`}
                keysShown={active === question.name || question.name in prefixes}
                keyPrefix={prefixes[question.name] ?? ""}
              />
            )}
            {isKind(question, "ranking") && (
              <RankedOptions question={question} {...common} record={record} />
            )}
          </section>
        );
      })}
    </div>
  );
}
