import type { Question, Suggestion } from "../../api/types";
import { type Answers, isKind } from "../annotate/model";
import { Choice } from "../annotate/questions/Choice";
import classes from "./Bulk.module.css";

type Props = {
  /** Tells this row's inputs from the others'. */
  id: string;
  questions: Question[];
  answers: Answers;
  suggestions: Map<string, Suggestion>;
  onChange: (question: Question, value: unknown) => void;
};

export function BulkChoices({ id, questions, answers, suggestions, onChange }: Props) {
  return (
    <>
      {questions.map((question) => {
        if (
          !isKind(question, "label_selection") &&
          !isKind(question, "multi_label_selection") &&
          !isKind(question, "rating")
        )
          return null;
        const title = `bulk-${id}-${question.name}`;
        return (
          <div key={question.name} className={classes.choice}>
            <h2 id={title} className={classes.title}>
              <bdi>{question.title}</bdi>
            </h2>
            <Choice
              question={question}
              value={answers[question.name]}
              suggestion={suggestions.get(question.name)}
              keysShown={false}
              name={title}
              labelledBy={title}
              onChange={(value) => onChange(question, value)}
            />
          </div>
        );
      })}
    </>
  );
}
