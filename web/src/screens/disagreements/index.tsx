/** Records that wait for a decision. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { listQuestions } from "../../api/datasets";
import { listDisagreements } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { answerText } from "../../lead/Answer";
import { DatasetFrame, addressOf } from "../../lead/DatasetFrame";
import { Broken, Empty, Waiting } from "../../parts/states";
import { useLeadTexts } from "../../texts/lead";
import classes from "./disagreements.module.css";

export default function DisagreementsScreen() {
  return (
    <DatasetFrame part="disagreements">
      {(dataset) => <Disagreements dataset={dataset} />}
    </DatasetFrame>
  );
}

function Disagreements({ dataset }: { dataset: Dataset }) {
  const lead = useLeadTexts();
  const questions = useQuery({
    queryKey: ["dataset", dataset.id, "questions"],
    queryFn: () => listQuestions(dataset.id),
  });
  const found = useQuery({
    queryKey: ["dataset", dataset.id, "disagreements"],
    queryFn: () => listDisagreements(dataset.id),
  });
  const error = found.error ?? questions.error;
  if (error) return <Broken error={error} onAgain={() => void found.refetch()} />;
  if (!found.data || !questions.data) return <Waiting />;
  if (found.data.length === 0)
    return <Empty title={lead.disagreements.none}>{lead.disagreements.noneHint}</Empty>;
  return (
    <>
      <p className={classes.hint}>{lead.disagreements.hint}</p>
      <ul className={classes.list} aria-label={lead.disagreements.title}>
        {found.data.map((record) => {
          const title = Object.values(record.fields).find((value) => typeof value === "string");
          const said = (record.responses ?? []).filter(({ status }) => status === "submitted");
          return (
            <li key={record.id}>
              <Link href={`${addressOf(dataset.id)}/${record.id}`} className={classes.row}>
                <span className={classes.title} dir="auto">
                  {title ? String(title).slice(0, 200) : record.id}
                </span>
                <span className={classes.answers}>
                  {said.map(({ id, values }) => (
                    <span key={id} className={classes.answer} dir="auto">
                      {questions.data
                        .filter(({ name }) => values?.[name])
                        .map((question) =>
                          answerText(question, values?.[question.name]?.value, record),
                        )
                        .join(" · ") || lead.record.unanswerable}
                    </span>
                  ))}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </>
  );
}
