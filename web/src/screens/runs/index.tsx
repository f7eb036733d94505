/** Training runs, read only. */
import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, Redirect } from "wouter";
import { listRuns } from "../../api/lead";
import { useSession } from "../../app/session";
import { dayAndTime } from "../../lead/format";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Evaluations } from "./Evaluations";
import classes from "./runs.module.css";

export default function RunsScreen() {
  const { user } = useSession();
  return user.role === "annotator" ? <Redirect to="/" /> : <Runs />;
}

function Runs() {
  const lead = useLeadTexts();
  const language = useLanguage();
  const runs = useQuery({ queryKey: ["runs"], queryFn: listRuns, refetchInterval: 10_000 });
  if (runs.error) return <BrokenScreen error={runs.error} onAgain={() => void runs.refetch()} />;
  return (
    <Screen crumbs={[{ label: lead.runs.title }]} width="narrow">
      <Title order={1}>{lead.runs.title}</Title>
      {!runs.data ? (
        <Waiting />
      ) : runs.data.length === 0 ? (
        <Empty title={lead.runs.none}>{lead.runs.noneHint}</Empty>
      ) : (
        <ul className={classes.list}>
          {runs.data.map(({ name, state, created_at, command, reader }) => (
            <li key={name}>
              <Link href={`/runs/${encodeURIComponent(name)}`} className={classes.row}>
                <strong dir="auto">{name}</strong>
                <span className={classes.hint}>
                  {[command, reader, created_at && dayAndTime(created_at, language)]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                <span className={classes.status} data-state={state}>
                  {lead.runs.states[state]}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <Evaluations />
    </Screen>
  );
}
