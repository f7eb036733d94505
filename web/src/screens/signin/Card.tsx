import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { Wordmark } from "../../parts/Wordmark";
import classes from "./Card.module.css";

type Props = { title: string; hint?: ReactNode; children: ReactNode };

/** The frame of what strangers see: the name, a title, a form. */
export function Card({ title, hint, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Goldspan`;
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Wordmark large />
        <div className={classes.head}>
          <Title order={1} className={classes.title}>
            {title}
          </Title>
          {hint && <p className={classes.hint}>{hint}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
