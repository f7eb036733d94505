import { NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listAgents } from "../../api/lead";
import type { Question } from "../../api/types";
import { useLeadTexts } from "../../texts/lead";
import { INSIDE } from "./Filters";
import { optionsOf } from "./options";
import classes from "./records.module.css";
import { type SuggestionSearch, suggestedFor } from "./search";

type Props = {
  dataset: string;
  questions: Question[];
  value: SuggestionSearch | null;
  onChange: (value: SuggestionSearch | null, how?: { replace: boolean }) => void;
};

/** Whether there is a suggestion; then also which, whose, and how sure it is. */
export function SuggestionFilter({ dataset, questions, value, onChange }: Props) {
  const lead = useLeadTexts();
  const several = questions.length > 1;
  return (
    <>
      <Select
        label={lead.records.suggestion}
        placeholder={lead.records.any}
        data={questions.map(({ name, title }) => ({
          value: name,
          label: lead.records.hasSuggestion(several ? title : null),
        }))}
        value={value?.question ?? null}
        onChange={(question) => onChange(question === null ? null : suggestedFor(question))}
        comboboxProps={INSIDE}
        clearable
      />
      {value && (
        <Narrower
          // What is typed for one question is not meant for another.
          key={value.question}
          dataset={dataset}
          question={questions.find(({ name }) => name === value.question)}
          value={value}
          onChange={onChange}
        />
      )}
    </>
  );
}

type NarrowerProps = {
  dataset: string;
  question: Question | undefined;
  value: SuggestionSearch;
  onChange: Props["onChange"];
};

function Narrower({ dataset, question, value, onChange }: NarrowerProps) {
  const lead = useLeadTexts();
  const agents = useQuery({
    queryKey: ["dataset", dataset, "agents"],
    queryFn: () => listAgents(dataset),
  });
  const names = agents.data?.[value.question] ?? [];
  const options = optionsOf(question);
  return (
    <div className={classes.narrower}>
      {options.length > 0 && (
        <Select
          label={lead.records.value}
          placeholder={lead.records.any}
          data={options.map((option) => ({
            value: JSON.stringify(option.value),
            label: option.label,
          }))}
          value={value.value === null ? null : JSON.stringify(value.value)}
          onChange={(given) =>
            onChange({
              ...value,
              value: given === null ? null : (JSON.parse(given) as string | number),
            })
          }
          comboboxProps={INSIDE}
          searchable
          clearable
        />
      )}
      {names.length > 0 && (
        <Select
          label={lead.records.agent}
          placeholder={lead.records.any}
          data={names}
          value={value.agent}
          onChange={(agent) => onChange({ ...value, agent })}
          comboboxProps={INSIDE}
          searchable
          clearable
        />
      )}
      <div className={classes.bounds}>
        <Bound
          label={lead.records.scoreFrom}
          value={value.least}
          onChange={(least) => onChange({ ...value, least }, { replace: true })}
        />
        <Bound
          label={lead.records.scoreTo}
          value={value.most}
          onChange={(most) => onChange({ ...value, most }, { replace: true })}
        />
      </div>
    </div>
  );
}

type BoundProps = {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
};

/** An end of a range; what is not a number yet, such as "0.", is only kept in the input. */
function Bound({ label, value, onChange }: BoundProps) {
  const [typed, setTyped] = useState<string | number>(value ?? "");
  return (
    <NumberInput
      label={label}
      value={typed}
      onChange={(given) => {
        setTyped(given);
        if (typeof given === "number") onChange(given);
        else if (given === "") onChange(null);
      }}
      step={0.05}
      hideControls
    />
  );
}
