/** What may have swayed people: the place of a candidate, a suggestion that they saw. */
import type { ReactNode } from "react";
import type { Quality, Share } from "../../api/lead";
import { RateBar } from "../../lead/RateBar";
import { percent } from "../../lead/format";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./insights.module.css";

export function Bias({ quality }: { quality: Quality }) {
  const lead = useLeadTexts();
  const { position_bias: first, suggestion_acceptance: seen, suggestion_unseen: unseen } = quality;
  if (!first && !seen && !unseen) return null;
  return (
    <section aria-label={lead.insights.bias}>
      <h2 className={classes.heading}>{lead.insights.bias}</h2>
      {first && <FirstPosition first={first} />}
      {seen && <Counted name={lead.insights.suggestionSeen} share={seen} />}
      {unseen && <Counted name={lead.insights.suggestionUnseen} share={unseen} />}
      {seen && (
        <p className={classes.hint}>
          {unseen ? lead.insights.suggestionHint : lead.insights.suggestionOnRequest}
        </p>
      )}
    </section>
  );
}

function FirstPosition({ first }: { first: NonNullable<Quality["position_bias"]> }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  return (
    <Figure name={lead.insights.positionBias}>
      <RateBar {...first} value={first.rate} chance={first.expected} />
      <span className={classes.hint}>
        {lead.insights.positionHint(percent(first.expected, language))}
      </span>
    </Figure>
  );
}

function Counted({ name, share }: { name: string; share: Share & { count: number; of: number } }) {
  const lead = useLeadTexts();
  return (
    <Figure name={name}>
      <RateBar {...share} value={share.rate} />
      <span className={classes.count}>{lead.insights.counted(share.count, share.of)}</span>
    </Figure>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className={classes.pair}>
      <span>{name}</span>
      {children}
    </p>
  );
}
