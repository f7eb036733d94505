/** One record with all that people said of it; disagreements are decided here, by one key. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { listFields, listQuestions } from "../../api/datasets";
import { readFullRecord } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { DatasetFrame } from "../../lead/DatasetFrame";
import { Broken, Waiting } from "../../parts/states";
import { useLeadTexts } from "../../texts/lead";
import { Answers } from "./Answers";
import { Fields } from "./Fields";
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
  return (
    <div className={classes.columns}>
      <Fields full={full.data} fields={fields.data} questions={questions.data} />
      <Answers full={full.data} questions={questions.data} />
    </div>
  );
}
