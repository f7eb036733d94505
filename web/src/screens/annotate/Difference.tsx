import { diffWordsWithSpace } from "diff";
import classes from "./Candidates.module.css";

/** A text with what it has besides another marked, and what it lacks struck out. */
export default function Difference({ before, after }: { before: string; after: string }) {
  return (
    <p className={classes.difference} dir="auto">
      {diffWordsWithSpace(before, after).map(({ value, added, removed }, at) =>
        added ? (
          <ins key={at} className={classes.added}>
            {value}
          </ins>
        ) : removed ? (
          <del key={at} className={classes.removed}>
            {value}
          </del>
        ) : (
          <span key={at}>{value}</span>
        ),
      )}
    </p>
  );
}
