/** What stands above the list: the search, the filters, the order, and what is filtered by. */
import { Select } from "@mantine/core";
import type { Question } from "../../api/types";
import { useLeadTexts } from "../../texts/lead";
import { Chips } from "./Chips";
import { Filters } from "./Filters";
import classes from "./records.module.css";
import { SORTS, type Search, type Sort } from "./search";
import { SearchBox } from "./SearchBox";
import type { Change } from "./useSearch";

type Props = { dataset: string; questions: Question[]; search: Search; onChange: Change };

export function Tools({ dataset, questions, search, onChange }: Props) {
  const lead = useLeadTexts();
  return (
    <>
      <div className={classes.tools}>
        <SearchBox text={search.text} onSearch={(text) => onChange({ text }, { replace: true })} />
        <Filters dataset={dataset} questions={questions} search={search} onChange={onChange} />
        <Select
          aria-label={lead.records.sort}
          className={classes.sort}
          data={
            search.similar
              ? [{ value: "similar", label: lead.records.similarFirst }]
              : SORTS.map((value) => ({ value, label: lead.records.sorts[value] }))
          }
          value={search.similar ? "similar" : search.sort}
          disabled={search.similar !== null}
          onChange={(value) => onChange({ sort: value as Sort })}
          allowDeselect={false}
        />
      </div>
      <Chips questions={questions} search={search} onChange={onChange} />
    </>
  );
}
