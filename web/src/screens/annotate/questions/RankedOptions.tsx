import { useTexts } from "../../../texts";
import { type Asked, type Ranked, neededOptions } from "../model";
import type { RecordItem, Suggestion } from "../../../api/types";
import classes from "./questions.module.css";

type Props = {
  question: Asked<"ranking">;
  value: unknown;
  suggestion: Suggestion | undefined;
  record: RecordItem;
  labelledBy: string;
  onChange: (value: unknown) => void;
};

/** More ranks than this are chosen from a list: as many buttons in each row would be a wall. */
const MOST_BUTTONS = 9;

/** A rank for each option; equal ranks are ties. */
export function RankedOptions({ question, value, suggestion, record, onChange }: Props) {
  const needed = neededOptions(question, record);
  const given = (Array.isArray(value) ? value : (suggestion?.value ?? [])) as Ranked[];
  const ranks = new Map(given.map((item) => [item.value, item.rank]));
  const set = (option: string, rank: number) => {
    const before = ((Array.isArray(value) ? value : []) as Ranked[]).filter(
      (item) => item.value !== option,
    );
    onChange([...before, { value: option, rank }]);
  };
  const Ranks = needed.length > MOST_BUTTONS ? RankList : RankButtons;
  return (
    <ul className={classes.ranked}>
      {question.settings.options
        .filter((option) => needed.includes(option.value))
        .map((option) => {
          const id = `rank-${question.name}-${option.value}`;
          return (
            <li key={option.value} className={classes.rankedRow}>
              <bdi id={id}>{option.text || option.value}</bdi>
              <Ranks
                labelledBy={id}
                count={needed.length}
                rank={ranks.get(option.value)}
                onRank={(rank) => set(option.value, rank)}
              />
            </li>
          );
        })}
    </ul>
  );
}

type RanksProps = {
  labelledBy: string;
  count: number;
  rank: number | undefined;
  onRank: (rank: number) => void;
};

function RankButtons({ labelledBy, count, rank, onRank }: RanksProps) {
  const texts = useTexts();
  return (
    <span role="radiogroup" aria-labelledby={labelledBy} className={classes.ranks}>
      {Array.from({ length: count }, (_, at) => (
        <label key={at} className={classes.option}>
          <input
            type="radio"
            className={classes.input}
            name={labelledBy}
            aria-label={texts.annotate.rank(at + 1)}
            checked={rank === at + 1}
            onChange={() => onRank(at + 1)}
          />
          <span className={classes.face}>{at + 1}</span>
        </label>
      ))}
    </span>
  );
}

function RankList({ labelledBy, count, rank, onRank }: RanksProps) {
  const texts = useTexts();
  return (
    <select
      className={classes.rankList}
      aria-labelledby={labelledBy}
      value={rank ?? ""}
      onChange={(event) => onRank(Number(event.currentTarget.value))}
    >
      <option value="" disabled hidden />
      {Array.from({ length: count }, (_, at) => (
        <option key={at} value={at + 1}>
          {texts.annotate.rank(at + 1)}
        </option>
      ))}
    </select>
  );
}
