import classes from "./Wordmark.module.css";

/** The name, with the span that gives it marked. */
export function Wordmark({ large = false }: { large?: boolean }) {
  return (
    <span className={large ? classes.large : classes.small} translate="no">
      gold<span className={classes.span}>span</span>
    </span>
  );
}
