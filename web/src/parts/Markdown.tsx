/** Markdown, without HTML and without loading anything from elsewhere. Loaded when it is needed. */
import { loaded } from "./loaded";
import classes from "./Markdown.module.css";

const { Shown: Rendered } = loaded<{ text: string }>(
  () => import("./MarkdownRendered"),
  ({ props }) => <p className={classes.plain}>{props.text}</p>,
);

export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown} dir="auto">
      <Rendered text={text} />
    </div>
  );
}
