/** One training run, as it happens. */
import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Redirect, useParams } from "wouter";
import { type RunEvent, readRun, readRunEvents } from "../../api/lead";
import { useSession } from "../../app/session";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Waiting } from "../../parts/states";
import { useLeadTexts } from "../../texts/lead";
import type { LeadTexts } from "../../texts/lead/en";
import { Chart } from "./Chart";
import { Scores } from "./Scores";
import { type Line, curve, progressOf } from "./series";
import classes from "./runs.module.css";

const EVERY_MS = 2000;

export default function RunScreen() {
  const { user } = useSession();
  const { run = "" } = useParams<{ run: string }>();
  return user.role === "annotator" ? (
    <Redirect to="/" />
  ) : (
    <RunView key={run} name={decodeURIComponent(run)} />
  );
}

function RunView({ name }: { name: string }) {
  const lead = useLeadTexts();
  const run = useQuery({
    queryKey: ["runs", name],
    queryFn: () => readRun(name),
    refetchInterval: ({ state }) => (state.data?.summary.state === "unfinished" ? EVERY_MS : false),
  });
  const running = run.data?.summary.state === "unfinished";
  const events = useEvents(name, running);
  const charts = useMemo(
    () => chartsOf(lead).map(({ title, lines }) => ({ title, curve: curve(events, lines) })),
    [events, lead],
  );
  const progress = progressOf(events);
  if (run.error) return <BrokenScreen error={run.error} onAgain={() => void run.refetch()} />;
  if (!run.data) return <Waiting />;
  const { summary, spec, report } = run.data;
  return (
    <Screen crumbs={[{ label: lead.runs.title, to: "/runs" }, { label: name }]}>
      <header className={classes.head}>
        <Title order={1} dir="auto">
          {name}
        </Title>
        <span className={classes.status} data-state={summary.state}>
          {lead.runs.states[summary.state]}
        </span>
        {running && (
          <span className={classes.hint} role="status">
            {progress && `${lead.runs.progress(progress.step, progress.of)} · `}
            {lead.runs.live}
          </span>
        )}
        {report && (
          <a
            className={classes.report}
            href={`/api/v1/runs/${encodeURIComponent(name)}/report.html`}
          >
            {lead.runs.openReport}
          </a>
        )}
      </header>
      {events.length === 0 && <p className={classes.hint}>{lead.runs.noEvents}</p>}
      <div className={classes.charts}>
        {charts.map(({ title, curve: drawn }) => (
          <Chart key={title} title={title} curve={drawn} />
        ))}
      </div>
      {report && <Scores evaluation={report.evaluation} />}
      <Facts title={lead.runs.spec} values={spec} />
      {report && <Facts title={lead.runs.report} values={report} />}
    </Screen>
  );
}

const chartsOf = ({ runs }: LeadTexts): { title: string; lines: Line[] }[] => [
  {
    title: runs.loss,
    lines: [
      { kind: "step", value: "loss", name: runs.training },
      { kind: "held_out", value: "loss", name: runs.heldOut },
    ],
  },
  {
    title: runs.rewardAccuracy,
    lines: [
      { kind: "step", value: "rewards/accuracies", name: runs.training },
      { kind: "step", value: "accuracy", name: runs.rewardModel },
      { kind: "held_out", value: "accuracy", name: runs.heldOut },
    ],
  },
  {
    title: runs.logpsChosen,
    lines: [
      { kind: "step", value: "logps/chosen", name: runs.chosen },
      { kind: "step", value: "logps/rejected", name: runs.rejected },
    ],
  },
  {
    title: runs.scores,
    lines: [
      { kind: "held_out", value: "exact_match", name: "EM" },
      { kind: "held_out", value: "f1", name: "F1" },
    ],
  },
];

/** All events so far; while the run goes on, new ones are read as they come. */
function useEvents(name: string, running: boolean): RunEvent[] {
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [next, setNext] = useState(0);
  const more = useQuery({
    queryKey: ["runs", name, "events", next],
    queryFn: () => readRunEvents(name, next),
    refetchInterval: running ? EVERY_MS : false,
    gcTime: 0,
  });
  const { data } = more;
  useEffect(() => {
    if (data && data.items.length > 0 && data.next > next) {
      setEvents((before) => [...before, ...data.items]);
      setNext(data.next);
    }
  }, [data, next]);
  return events;
}

function Facts({ title, values }: { title: string; values: Record<string, unknown> }) {
  return (
    <details className={classes.facts}>
      <summary>{title}</summary>
      <dl>
        {Object.entries(values).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">
              {typeof value === "object" ? JSON.stringify(value, null, 1) : String(value)}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
