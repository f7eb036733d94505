/** Submitted responses a day, one bar each; the same numbers follow as a table on demand. */
import type { ActivityDay } from "../api/lead";
import { useLanguage } from "../texts";
import { useLeadTexts } from "../texts/lead";
import classes from "./DayBars.module.css";
import { type DaySum, daySums } from "./days";

const HEIGHT = 96;

export function DayBars({ activity, days }: { activity: ActivityDay[]; days: number }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const sums = daySums(activity, days, new Date());
  const most = Math.max(...sums.map(({ submitted }) => submitted), 1);
  const name = ({ date }: DaySum) =>
    new Date(`${date}T12:00:00Z`).toLocaleDateString(language, { day: "numeric", month: "short" });
  if (sums.every(({ submitted }) => submitted === 0))
    return <p className={classes.none}>{lead.insights.noActivity}</p>;
  return (
    <figure className={classes.figure}>
      <div className={classes.bars} style={{ height: HEIGHT }} aria-hidden>
        {sums.map((sum) => (
          <span
            key={sum.date}
            className={classes.slot}
            title={`${name(sum)}: ${lead.number(sum.submitted)}`}
          >
            <span
              className={classes.bar}
              style={{
                height: sum.submitted === 0 ? 1 : Math.max(3, (sum.submitted / most) * HEIGHT),
              }}
              data-none={sum.submitted === 0 || undefined}
            />
          </span>
        ))}
      </div>
      <figcaption className={classes.ends}>
        <span>{sums[0] && name(sums[0])}</span>
        <span>{sums.at(-1) && name(sums.at(-1) as DaySum)}</span>
      </figcaption>
      <details className={classes.table}>
        <summary>{lead.insights.table}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{lead.insights.day}</th>
              <th scope="col">{lead.insights.submitted}</th>
            </tr>
          </thead>
          <tbody>
            {sums
              .filter(({ submitted }) => submitted > 0)
              .map((sum) => (
                <tr key={sum.date}>
                  <td>{name(sum)}</td>
                  <td>{lead.number(sum.submitted)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
