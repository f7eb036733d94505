/** A field's text with every span that somebody marked in it; where spans meet, all are shown. */
import type { FullResponse } from "../../api/lead";
import type { Field, Question, RecordItem } from "../../api/types";
import { type Piece, pieces } from "./pieces";
import classes from "./record.module.css";

type Props = { field: Field; record: RecordItem; questions: Question[]; responses: FullResponse[] };

export function FieldText({ field, record, questions, responses }: Props) {
  const value = record.fields[field.name];
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className={classes.field}>
      <h2 className={classes.heading} dir="auto">
        {field.title}
      </h2>
      <p className={classes.text} dir="auto">
        {pieces(text, marksIn(field, questions, responses)).map((piece) => (
          <PieceText key={piece.start} piece={piece} />
        ))}
      </p>
    </div>
  );
}

function PieceText({ piece: { text, by } }: { piece: Piece }) {
  if (by.length === 0) return text;
  return (
    <mark className={classes.mark} data-many={by.length > 1 || undefined} title={by.join(", ")}>
      {text}
    </mark>
  );
}

function marksIn(field: Field, questions: Question[], responses: FullResponse[]) {
  return questions.flatMap(({ name, settings }) =>
    settings.type !== "span" || settings.field !== field.name
      ? []
      : responses.flatMap(({ username, values }) => {
          const spans = values?.[name]?.value;
          if (!Array.isArray(spans)) return [];
          return (spans as { start: number; end: number }[]).map(({ start, end }) => ({
            start,
            end,
            by: username ?? "?",
          }));
        }),
  );
}
