/** How the work goes: progress, agreement, people, bias, speed. The same figures as `goldspan quality`. */
import { useQuery } from "@tanstack/react-query";
import { readProgress } from "../../api/datasets";
import { type Estimate, readActivity, readQuality } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { DatasetFrame } from "../../lead/DatasetFrame";
import { DayBars } from "../../lead/DayBars";
import { RateBar } from "../../lead/RateBar";
import { seconds } from "../../lead/format";
import { Broken, Waiting } from "../../parts/states";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Annotators } from "./Annotators";
import { Bias } from "./Bias";
import classes from "./insights.module.css";

const DAYS = 30;

export default function InsightsScreen() {
  return <DatasetFrame part="insights">{(dataset) => <Insights dataset={dataset} />}</DatasetFrame>;
}

function Insights({ dataset }: { dataset: Dataset }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const quality = useQuery({
    queryKey: ["dataset", dataset.id, "quality"],
    queryFn: () => readQuality(dataset.id),
  });
  const activity = useQuery({
    queryKey: ["dataset", dataset.id, "activity"],
    queryFn: () => readActivity(dataset.id, DAYS),
  });
  const progress = useQuery({
    queryKey: ["dataset", dataset.id, "progress"],
    queryFn: () => readProgress(dataset.id),
  });
  const error = quality.error ?? activity.error ?? progress.error;
  if (error) return <Broken error={error} onAgain={() => void quality.refetch()} />;
  if (!quality.data || !activity.data || !progress.data) return <Waiting />;
  const { questions, annotators, speed } = quality.data;
  const submitted = annotators.reduce((sum, one) => sum + one.submitted, 0);
  return (
    <div className={classes.page}>
      <dl className={classes.figures}>
        <div>
          <dt>{lead.insights.complete}</dt>
          <dd>{lead.insights.of(progress.data.completed, progress.data.total)}</dd>
        </div>
        <div>
          <dt>{lead.insights.submitted}</dt>
          <dd>{lead.number(submitted)}</dd>
        </div>
        <div>
          <dt>{lead.insights.speed}</dt>
          <dd>{seconds(speed.median_s, language)}</dd>
        </div>
      </dl>

      <section>
        <h2 className={classes.heading}>
          {lead.insights.perDay} <span>{lead.insights.days(DAYS)}</span>
        </h2>
        <DayBars activity={activity.data} days={DAYS} />
      </section>

      <section>
        <h2 className={classes.heading}>{lead.insights.agreement}</h2>
        {questions.every(({ alpha }) => alpha === null) ? (
          <p className={classes.hint}>{lead.insights.noAgreement}</p>
        ) : (
          <>
            <p className={classes.hint}>{lead.insights.agreementHint}</p>
            <div
              className={classes.scroll}
              tabIndex={0}
              role="region"
              aria-label={lead.insights.agreement}
            >
              <table className={classes.table}>
                <thead>
                  <tr>
                    <th scope="col">{lead.insights.question}</th>
                    <th scope="col">{lead.insights.alpha}</th>
                    <th scope="col" className={classes.number}>
                      {lead.insights.records}
                    </th>
                    <th scope="col" className={classes.number}>
                      {lead.insights.exact}
                    </th>
                    <th scope="col" className={classes.number}>
                      F1
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {questions.map((question) => (
                    <tr key={question.name}>
                      <th scope="row" dir="auto">
                        {question.name}
                      </th>
                      <td>
                        {question.alpha ? (
                          <RateBar share={false} {...question.alpha} />
                        ) : (
                          lead.insights.none
                        )}
                      </td>
                      <td className={classes.number}>{lead.number(question.records)}</td>
                      <td className={classes.number}>{decimals(question.exact)}</td>
                      <td className={classes.number}>
                        {decimals(question.span_f1 ?? question.token_f1)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </section>

      <section>
        <h2 className={classes.heading}>{lead.insights.annotators}</h2>
        <Annotators annotators={annotators} />
      </section>

      <Bias quality={quality.data} />

      {speed.median_s !== null && (
        <section>
          <h2 className={classes.heading}>{lead.insights.speed}</h2>
          <p className={classes.hint}>
            {lead.insights.speedValue(
              seconds(speed.median_s, language),
              seconds(speed.p90_s, language),
            )}
          </p>
        </section>
      )}
    </div>
  );
}

const decimals = (figure: Estimate | null): string => figure?.value.toFixed(2) ?? "–";
