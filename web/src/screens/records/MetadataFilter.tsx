import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type MetadataTerm, listMetadataTerms } from "../../api/lead";
import { useLeadTexts } from "../../texts/lead";

/** More values than this are found by typing a part of one. */
const MOST_SHOWN = 100;

type Props = { dataset: string; value: MetadataTerm | null; onChange: (value: MetadataTerm | null) => void };

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
      aria-label={lead.records.metadata}
      placeholder={lead.records.anyMetadata}
      data={groups.map(({ property, title, terms }) => ({
        group: title,
        items: terms.map(({ term, count }) => ({
          value: keyOf({ property, term }),
          label: lead.records.term(String(term), count),
        })),
      }))}
      value={value && keyOf(value)}
      onChange={(key) => {
        if (key === null) return onChange(null);
        const [property, term] = JSON.parse(key) as [string, unknown];
        onChange({ property, term });
      }}
      limit={MOST_SHOWN}
      searchable
      clearable
    />
  );
}
