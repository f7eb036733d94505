/** What the record is: its texts with all that was marked in them, its metadata. */
import type { FullRecord } from "../../api/lead";
import type { Field, Question, RecordItem } from "../../api/types";
import { useLeadTexts } from "../../texts/lead";
import { FieldText } from "./FieldText";
import { Similar } from "./Similar";
import classes from "./record.module.css";
import { submittedOf } from "./submitted";

type Props = { full: FullRecord; fields: Field[]; questions: Question[] };

export function Fields({ full, fields, questions }: Props) {
  const lead = useLeadTexts();
  const { record } = full;
  return (
    <section className={classes.fields} aria-label={lead.record.title}>
      {fields.map((field) => (
        <FieldText
          key={field.id}
          field={field}
          record={record}
          questions={questions}
          responses={submittedOf(full)}
        />
      ))}
      <Metadata metadata={record.metadata} />
      <Similar dataset={record.dataset_id} record={record.id} />
    </section>
  );
}

function Metadata({ metadata }: Pick<RecordItem, "metadata">) {
  const entries = Object.entries(metadata ?? {});
  if (entries.length === 0) return null;
  return (
    <dl className={classes.metadata}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt dir="auto">{name}</dt>
          <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
