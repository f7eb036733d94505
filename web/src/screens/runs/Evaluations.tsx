/** Reports of `goldspan evaluate` that lie among the runs. */
import { useQuery } from "@tanstack/react-query";
import { evaluationAddress, listEvaluations } from "../../api/lead";
import { dayAndTime } from "../../lead/format";
import { Broken } from "../../parts/states";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./runs.module.css";

const EVERY_MS = 10_000;

export function Evaluations() {
  const lead = useLeadTexts();
  const language = useLanguage();
  const found = useQuery({
    queryKey: ["evaluations"],
    queryFn: listEvaluations,
    refetchInterval: EVERY_MS,
  });
  if (found.error) return <Broken error={found.error} onAgain={() => void found.refetch()} />;
  if (!found.data || found.data.length === 0) return null;
  return (
    <section className={classes.evaluations}>
      <h2 className={classes.heading}>{lead.runs.evaluations}</h2>
      <ul className={classes.list} aria-label={lead.runs.evaluations}>
        {found.data.map(({ name, written_at, readers }) => (
          <li key={name}>
            <a href={evaluationAddress(name)} className={classes.row}>
              <strong dir="auto">{name}</strong>
              <span className={classes.hint}>{dayAndTime(written_at, language)}</span>
              {readers.map((reader) => (
                <span key={reader.name} className={classes.reader} dir="auto">
                  {lead.runs.scored(reader.name, reader.exact_match.mean, reader.f1.mean)}
                </span>
              ))}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
