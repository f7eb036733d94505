/** Markdown, without HTML and without loading anything from elsewhere. Loaded when it is needed. */
import { Suspense, lazy } from "react";
import classes from "./Markdown.module.css";

const Rendered = lazy(() => import("./MarkdownRendered"));

export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown} dir="auto">
      <Suspense fallback={<p className={classes.plain}>{text}</p>}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
