/** One field of a record, as its kind asks for. Nothing in it is ever run or fetched. */
import type { ReactNode } from "react";
import type { Field, RecordItem } from "../../api/types";
import { Markdown } from "../../parts/Markdown";
import { useTexts } from "../../texts";
import classes from "./FieldView.module.css";

type Props = {
  field: Field;
  record: RecordItem;
  /** In place of the plain text, such as one that can be marked. */
  marked?: ReactNode;
  /** A question on top of a passage is set larger, and needs no title. */
  prominent?: boolean;
};

export function FieldView({ field, record, marked, prominent = false }: Props) {
  const texts = useTexts();
  const value = record.fields[field.name];
  if (value === undefined || value === null || value === "") return null;
  return (
    <section className={classes.field} data-prominent={prominent || undefined}>
      <h2 id={`field-${field.name}`} className={classes.title}>
        <bdi>{field.title}</bdi>
        {field.settings.type === "custom" && (
          <span className={classes.note}>{texts.annotate.customField}</span>
        )}
      </h2>
      {marked ?? <FieldValue field={field} value={value} />}
    </section>
  );
}

export function FieldValue({ field, value }: { field: Field; value: unknown }) {
  const { settings } = field;
  if (settings.type === "chat") return <Chat messages={value} markdown={settings.use_markdown ?? true} />;
  if (settings.type === "image") return <Picture source={String(value)} title={field.title} />;
  if (settings.type === "custom")
    return <pre className={classes.json}>{JSON.stringify(value, null, 2)}</pre>;
  if (settings.use_markdown)
    return (
      <div className={classes.reading}>
        <Markdown text={String(value)} />
      </div>
    );
  return (
    <p className={classes.plain} dir="auto">
      {String(value)}
    </p>
  );
}

type Message = { role?: unknown; content?: unknown };

function Chat({ messages, markdown }: { messages: unknown; markdown: boolean }) {
  const texts = useTexts();
  if (!Array.isArray(messages)) return null;
  const roles: Record<string, string> = texts.annotate.chatRole;
  return (
    <ol className={classes.chat}>
      {(messages as Message[]).map((message, at) => {
        const role = String(message.role ?? "");
        const content = String(message.content ?? "");
        return (
          <li key={at} className={classes.message} data-role={role === "user" ? "user" : "other"}>
            <span className={classes.role} dir="auto">
              {roles[role] ?? role}
            </span>
            {markdown ? (
              <Markdown text={content} />
            ) : (
              <p className={classes.said} dir="auto">
                {content}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** Pictures in the record itself are shown; one from elsewhere would tell its server who looks. */
function Picture({ source, title }: { source: string; title: string }) {
  const texts = useTexts();
  if (source.startsWith("data:image/")) return <img className={classes.picture} src={source} alt={title} />;
  return (
    <p className={classes.plain}>
      <a href={/^https?:/i.test(source) ? source : undefined} target="_blank" rel="noreferrer noopener">
        {texts.annotate.openImage}
      </a>
      <br />
      <span className={classes.address}>{source}</span>
    </p>
  );
}
