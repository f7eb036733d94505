/** What the list is narrowed by; each can be taken away. */
import { useQuery } from "@tanstack/react-query";
import { readFullRecord } from "../../api/lead";
import type { Question } from "../../api/types";
import { IconClose } from "../../parts/icons";
import { useLeadTexts } from "../../texts/lead";
import type { LeadTexts } from "../../texts/lead/en";
import { valueLabel } from "./options";
import classes from "./records.module.css";
import { EVERYTHING, type Search } from "./search";
import type { Change } from "./useSearch";

const TITLE_LENGTH = 60;

type Chip = { label: string; without: Partial<Search> };

type Props = { questions: Question[]; search: Search; onChange: Change };

export function Chips({ questions, search, onChange }: Props) {
  const lead = useLeadTexts();
  const title = useTitle(search.similar?.record);
  const chips = chipsOf(search, questions, title, lead);
  if (chips.length === 0) return null;
  return (
    <div className={classes.chips} role="group" aria-label={lead.records.narrowed}>
      {chips.map(({ label, without }) => (
        <button
          key={label}
          type="button"
          className={classes.chip}
          aria-label={lead.records.without(label)}
          onClick={() => onChange(without)}
        >
          <span dir="auto">{label}</span>
          <IconClose />
        </button>
      ))}
      <button
        type="button"
        className={classes.clear}
        onClick={() => onChange({ ...EVERYTHING, sort: search.sort })}
      >
        {lead.records.clear}
      </button>
    </div>
  );
}

/** The beginning of a record's first text. */
function useTitle(record: string | undefined): string | null {
  const full = useQuery({
    queryKey: ["record", record],
    queryFn: () => readFullRecord(record ?? ""),
    enabled: record !== undefined,
  });
  const text = Object.values(full.data?.record.fields ?? {}).find(
    (value) => typeof value === "string",
  );
  return text?.slice(0, TITLE_LENGTH) ?? null;
}

function chipsOf(
  search: Search,
  questions: Question[],
  title: string | null,
  { records: texts }: LeadTexts,
): Chip[] {
  const { status, response, metadata, suggestion, similar } = search;
  const chips: Chip[] = [];
  if (similar) chips.push({ label: texts.similarTo(title), without: { similar: null } });
  if (status) chips.push({ label: `${texts.status}: ${texts[status]}`, without: { status: null } });
  if (response)
    chips.push({
      label: `${texts.response}: ${texts.responseStates[response]}`,
      without: { response: null },
    });
  if (metadata)
    chips.push({
      label: `${metadata.property}: ${metadata.term}`,
      without: { metadata: null },
    });
  if (!suggestion) return chips;
  const { value, agent, least, most } = suggestion;
  const question = questions.find(({ name }) => name === suggestion.question);
  const asked = questions.length > 1 ? (question?.title ?? suggestion.question) : null;
  chips.push({ label: texts.hasSuggestion(asked), without: { suggestion: null } });
  const narrow = (label: string, part: Partial<typeof suggestion>): void => {
    chips.push({ label, without: { suggestion: { ...suggestion, ...part } } });
  };
  if (value !== null) narrow(texts.suggestedValue(valueLabel(question, value)), { value: null });
  if (agent !== null) narrow(texts.suggestedBy(agent), { agent: null });
  if (least !== null || most !== null)
    narrow(texts.scoreBetween(least, most), { least: null, most: null });
  return chips;
}
