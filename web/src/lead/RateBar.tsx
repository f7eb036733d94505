/** A share or a coefficient with its interval, drawn on a line from 0 to 1. */
import { useLanguage } from "../texts";
import { useLeadTexts } from "../texts/lead";
import classes from "./RateBar.module.css";
import { percent } from "./format";

type Props = {
  value: number;
  /** Null where too little is known for an interval. */
  low: number | null;
  high: number | null;
  /** What no effect would give; drawn as a line. */
  chance?: number;
  /** Shares are shown in percent, coefficients with two decimals. */
  share?: boolean;
};

const clamp = (value: number): number => Math.max(0, Math.min(1, value)) * 100;

export function RateBar({ value, low, high, chance, share = true }: Props) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const shown = (one: number) => (share ? percent(one, language) : one.toFixed(2));
  return (
    <span className={classes.rate}>
      <strong className={classes.value}>{shown(value)}</strong>
      <svg className={classes.bar} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden>
        <rect x="0" y="5.500" width="100" height="1" className={classes.track} />
        {chance !== undefined && (
          <rect x={clamp(chance) - 0.4} y="0" width="0.8" height="12" className={classes.chance} />
        )}
        {low !== null && high !== null && (
          <rect
            x={clamp(low)}
            y="4"
            width={Math.max(0.8, clamp(high) - clamp(low))}
            height="4"
            className={classes.interval}
          />
        )}
        <rect x={clamp(value) - 0.7} y="1" width="1.4" height="10" className={classes.point} />
      </svg>
      <span className={classes.interval}>
        {low !== null && high !== null && lead.insights.interval(shown(low), shown(high))}
      </span>
    </span>
  );
}
