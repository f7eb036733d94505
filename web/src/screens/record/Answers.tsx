/** What was said of the record: what holds, what people answered, what was suggested, and when. */
import type { FullRecord } from "../../api/lead";
import type { Question } from "../../api/types";
import { useLeadTexts } from "../../texts/lead";
import { History } from "./History";
import { ResponseCard } from "./ResponseCard";
import { AdjudicationCard, ControlCard } from "./Settled";
import { SuggestionCard } from "./SuggestionCard";
import classes from "./record.module.css";
import { submittedOf } from "./submitted";
import { type Decisions, useDecisions } from "./useDecisions";
import { useDecisionKeys } from "./useDecisionKeys";

type Props = { full: FullRecord; questions: Question[] };

export function Answers({ full, questions }: Props) {
  const lead = useLeadTexts();
  const decisions = useDecisions(full.record);
  useDecisionKeys(full, decisions);
  const { record, adjudication, control } = full;
  return (
    <section className={classes.answers} aria-label={lead.record.responses}>
      {adjudication && (
        <AdjudicationCard
          adjudication={adjudication}
          username={full.usernames[adjudication.by]}
          record={record}
          questions={questions}
          onTakeBack={decisions.takeBack}
        />
      )}
      {control && (
        <ControlCard
          values={control.values}
          record={record}
          questions={questions}
          onRemove={decisions.removeControl}
        />
      )}
      <Responses full={full} questions={questions} decisions={decisions} />
      {(record.suggestions ?? []).map((suggestion) => {
        const question = questions.find(({ id }) => id === suggestion.question_id);
        return (
          question && (
            <SuggestionCard
              key={suggestion.id}
              suggestion={suggestion}
              question={question}
              record={record}
            />
          )
        );
      })}
      <History full={full} questions={questions} />
    </section>
  );
}

function Responses({ full, questions, decisions }: Props & { decisions: Decisions }) {
  const lead = useLeadTexts();
  const submitted = submittedOf(full);
  return (
    <>
      <h2 className={classes.heading}>{lead.record.responses}</h2>
      {full.responses.length === 0 && <p className={classes.small}>{lead.record.noResponses}</p>}
      {full.responses.map((response) => (
        <ResponseCard
          key={response.id}
          response={response}
          place={submitted.indexOf(response) + 1}
          judgement={full.judgements.find(({ response_id }) => response_id === response.id)}
          record={full.record}
          questions={questions}
          taken={full.adjudication?.response_id === response.id}
          onTake={() => decisions.take(response.id)}
        />
      ))}
      {submitted.length > 0 && (
        <p className={classes.small}>
          {submitted.length === 1
            ? lead.record.keysHintOne
            : lead.record.keysHint(Math.min(9, submitted.length))}
        </p>
      )}
    </>
  );
}
