import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listMetadataTerms } from "../../api/lead";
import { useLeadTexts } from "../../texts/lead";
import { INSIDE } from "./Filters";
import type { MetadataTerm } from "./search";

/** More values than this are found by typing a part of one. */
const MOST_SHOWN = 100;

type Props = {
  dataset: string;
  value: MetadataTerm | null;
  onChange: (value: MetadataTerm | null) => void;
};

/** One value of the records' metadata; nothing where the dataset declares no such property. */
export function MetadataFilter({ dataset, value, onChange }: Props) {
  const lead = useLeadTexts();
  const found = useQuery({
    queryKey: ["dataset", dataset, "metadata-terms"],
    queryFn: () => listMetadataTerms(dataset),
  });
  const groups = (found.data ?? []).filter(({ terms }) => terms.length > 0);
  if (groups.length === 0) return null;
  const keyOf = (one: MetadataTerm): string => JSON.stringify([one.property, one.term]);
  return (
    <Select
      label={lead.records.metadata}
      placeholder={lead.records.any}
      data={groups.map(({ property, title, terms }) => ({
        group: title,
        items: terms.map(({ term, count }) => ({
          value: keyOf({ property, term: term as MetadataTerm["term"] }),
          label: lead.records.term(String(term), count),
        })),
      }))}
      value={value && keyOf(value)}
      onChange={(key) => {
        if (key === null) return onChange(null);
        const [property, term] = JSON.parse(key) as [string, MetadataTerm["term"]];
        onChange({ property, term });
      }}
      comboboxProps={INSIDE}
      limit={MOST_SHOWN}
      searchable
      clearable
    />
  );
}
