/** How far a webhook has been told: what arrived last, what failed last, what waits. */
import { useQuery } from "@tanstack/react-query";
import { type Deliveries as Told, type DeliveryOutcome, listDeliveries } from "../../api/lead";
import { dayAndTime } from "../../lead/format";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./webhooks.module.css";

const LOOK_AGAIN_MS = 10_000;

export function Deliveries({ webhook }: { webhook: string }) {
  const lead = useLeadTexts();
  const { data: told } = useQuery({
    queryKey: ["webhook", webhook, "deliveries"],
    queryFn: () => listDeliveries(webhook),
    refetchInterval: LOOK_AGAIN_MS,
  });
  if (!told) return null;
  const { last_arrived: arrived, last_failed: failed, total } = told;
  if (!arrived && !failed && total === 0)
    return <p className={classes.told}>{lead.webhooks.nothingSent}</p>;
  return (
    <>
      {arrived && <Arrived outcome={arrived} />}
      {failed && <Failed outcome={failed} madeGood={arrived !== null && arrived.at > failed.at} />}
      {total > 0 && <Backlog told={told} />}
    </>
  );
}

function Arrived({ outcome }: { outcome: DeliveryOutcome }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const { event, at, status } = outcome;
  const facts = [dayAndTime(at, language), event, lead.webhooks.answered(status)];
  return (
    <p className={classes.told}>
      {lead.webhooks.lastArrived} <span className={classes.when}>{facts.join(" · ")}</span>
    </p>
  );
}

function Failed({ outcome, madeGood }: { outcome: DeliveryOutcome; madeGood: boolean }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const { event, at, status, attempts, fault, given_up } = outcome;
  const facts = [
    dayAndTime(at, language),
    event,
    lead.webhooks.answered(status),
    lead.webhooks.attempt(attempts),
    given_up && lead.webhooks.givenUp,
  ].filter(Boolean);
  return (
    <details className={classes.told}>
      <summary className={madeGood ? undefined : classes.fault}>
        {lead.webhooks.lastFailed} <span className={classes.when}>{facts.join(" · ")}</span>
      </summary>
      {/* The server's own words, as for a test that did not arrive. */}
      <p className={classes.note}>{fault}</p>
    </details>
  );
}

function Backlog({ told: { items, total } }: { told: Told }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  return (
    <details className={classes.told}>
      <summary>{lead.webhooks.waiting(total)}</summary>
      <ul>
        {items.map(({ event, attempts, due_at, inserted_at }) => (
          <li key={`${event}-${inserted_at}`}>
            <span>{event}</span>
            <span className={classes.when}>
              {attempts > 0
                ? lead.webhooks.tried(attempts, dayAndTime(due_at, language))
                : lead.webhooks.untried}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
