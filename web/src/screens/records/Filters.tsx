/** The panel that narrows the list; it is changed as soon as something is chosen. */
import { Popover, Select } from "@mantine/core";
import type { Question } from "../../api/types";
import { PlainButton } from "../../parts/buttons";
import { IconFilter } from "../../parts/icons";
import { useLeadTexts } from "../../texts/lead";
import { MetadataFilter } from "./MetadataFilter";
import classes from "./records.module.css";
import { RESPONSES, STATUSES, type Search } from "./search";
import { SuggestionFilter } from "./SuggestionFilter";
import type { Change } from "./useSearch";

/** Within the panel, which would take a click on a list elsewhere for one outside of it. */
export const INSIDE = { withinPortal: false } as const;

type Props = { dataset: string; questions: Question[]; search: Search; onChange: Change };

export function Filters({ dataset, questions, search, onChange }: Props) {
  const lead = useLeadTexts();
  const { status, response, metadata, suggestion } = search;
  const active = [status, response, metadata, suggestion].filter(Boolean).length;
  return (
    <Popover
      position="bottom-end"
      width={320}
      shadow="md"
      radius="md"
      trapFocus
      withinPortal={false}
    >
      <Popover.Target>
        <PlainButton look="outlined" className={classes.filters}>
          <IconFilter />
          {lead.records.filters}
          {active > 0 && <span className={classes.active}>{active}</span>}
        </PlainButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel} aria-label={lead.records.filters}>
        <Select
          label={lead.records.status}
          placeholder={lead.records.any}
          data={STATUSES.map((value) => ({ value, label: lead.records[value] }))}
          value={status}
          onChange={(value) => onChange({ status: value as Search["status"] })}
          comboboxProps={INSIDE}
          clearable
        />
        <Select
          label={lead.records.response}
          placeholder={lead.records.any}
          data={RESPONSES.map((value) => ({ value, label: lead.records.responseStates[value] }))}
          value={response}
          onChange={(value) => onChange({ response: value as Search["response"] })}
          comboboxProps={INSIDE}
          clearable
        />
        <MetadataFilter
          dataset={dataset}
          value={metadata}
          onChange={(term) => onChange({ metadata: term })}
        />
        <SuggestionFilter
          dataset={dataset}
          questions={questions}
          value={suggestion}
          onChange={(given, how) => onChange({ suggestion: given }, how)}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
