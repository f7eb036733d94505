/** What a lead settled of a record: the answer that holds, and the one that is known to be right. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { FullRecord } from "../../api/lead";
import type { Question, RecordItem } from "../../api/types";
import { Answer } from "../../lead/Answer";
import { dayAndTime } from "../../lead/format";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./record.module.css";

type Adjudication = NonNullable<FullRecord["adjudication"]>;
type Values = NonNullable<FullRecord["control"]>["values"];
type About = { record: RecordItem; questions: Question[] };

type AdjudicationProps = About & {
  adjudication: Adjudication;
  /** Of who decided; unknown where that user is gone. */
  username: string | null | undefined;
  onTakeBack: () => void;
};

export function AdjudicationCard(props: AdjudicationProps) {
  const { adjudication, username, onTakeBack, ...about } = props;
  const lead = useLeadTexts();
  const language = useLanguage();
  return (
    <Settled
      {...about}
      title={lead.record.adjudicated}
      values={adjudication.values}
      undo={lead.record.takeBack}
      onUndo={onTakeBack}
    >
      <p className={classes.small}>
        {lead.record.adjudicatedBy(username ?? lead.record.someone)} ·{" "}
        {dayAndTime(adjudication.at, language)}
      </p>
    </Settled>
  );
}

export function ControlCard({ onRemove, ...rest }: About & { values: Values; onRemove: () => void }) {
  const lead = useLeadTexts();
  return (
    <Settled
      {...rest}
      title={lead.record.controlOn}
      undo={lead.record.removeControl}
      onUndo={onRemove}
    />
  );
}

type SettledProps = About & {
  title: string;
  values: Values;
  /** What the button says that takes it back. */
  undo: string;
  onUndo: () => void;
  children?: ReactNode;
};

function Settled({ title, values, record, questions, undo, onUndo, children }: SettledProps) {
  return (
    <article className={classes.decision}>
      <h2 className={classes.heading}>{title}</h2>
      {questions
        .filter(({ name }) => values[name])
        .map((question) => (
          <div key={question.id}>
            <Answer question={question} value={values[question.name]?.value} record={record} />
          </div>
        ))}
      {children}
      <Button size="xs" variant="default" onClick={onUndo}>
        {undo}
      </Button>
    </article>
  );
}
