/** A text, cut around its first highlight, with the highlights marked. */
import { excerpt } from "./excerpt";
import classes from "./records.module.css";

type Props = { text: string; places?: [number, number][]; longest: number };

export function Highlighted({ text, places = [], longest }: Props) {
  const parts = excerpt(text, places, longest);
  return (
    <>
      {parts.map(({ text: part, marked }, at) =>
        marked ? (
          <mark key={`${at}-${part}`} className={classes.hit}>
            {part}
          </mark>
        ) : (
          part
        ),
      )}
    </>
  );
}
