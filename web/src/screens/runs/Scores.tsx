/** What a finished run's reader scores on held-out questions, with intervals. */
import { RateBar } from "../../lead/RateBar";
import { useLeadTexts } from "../../texts/lead";
import classes from "./runs.module.css";

/** In percent. */
type Interval = { mean: number; low: number; high: number };

const isInterval = (value: unknown): value is Interval =>
  typeof value === "object" && value !== null && typeof (value as Interval).mean === "number";

/** An end that is not known (no second passage to draw) is null. */
const part = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value / 100 : null;

export function Scores({ evaluation }: { evaluation: unknown }) {
  const lead = useLeadTexts();
  const found = (evaluation ?? {}) as Record<string, unknown>;
  const scores = [
    { name: lead.runs.exactMatch, score: found.exact_match },
    { name: "F1", score: found.f1 },
  ].filter((each): each is { name: string; score: Interval } => isInterval(each.score));
  if (scores.length === 0) return null;
  return (
    <section className={classes.scores}>
      <h2 className={classes.heading}>{lead.runs.evaluation}</h2>
      <p className={classes.hint}>{lead.runs.evaluationHint(Number(found.questions ?? 0))}</p>
      {scores.map(({ name, score }) => (
        <p key={name} className={classes.score}>
          <span>{name}</span>
          <RateBar value={score.mean / 100} low={part(score.low)} high={part(score.high)} />
        </p>
      ))}
    </section>
  );
}
