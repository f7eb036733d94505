/** The records that were found, a page more at a time, some of them selected. */
import { Button, Checkbox } from "@mantine/core";
import { useCallback, useState } from "react";
import { Link } from "wouter";
import type { Hit } from "../../api/lead";
import type { Field, Question } from "../../api/types";
import { addressOf } from "../../lead/DatasetFrame";
import { Empty } from "../../parts/states";
import { useLeadTexts } from "../../texts/lead";
import { DeleteSelected } from "./DeleteSelected";
import { RecordLine } from "./RecordLine";
import classes from "./records.module.css";

const NONE: ReadonlySet<string> = new Set();

type Props = {
  dataset: string;
  hits: Hit[];
  /** How many there are, shown or not. */
  total: number;
  fields: Field[];
  /** The question whose answer or suggestion is shown. */
  question: Question | undefined;
  more?: { loading: boolean; onMore: () => void };
};

export function RecordList({ dataset, hits, total, fields, question, more }: Props) {
  const lead = useLeadTexts();
  const [selected, setSelected] = useState(NONE);
  const toggle = useCallback(
    (id: string) =>
      setSelected((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  const all = hits.every(({ record }) => selected.has(record.id));
  return (
    <>
      <div className={classes.head}>
        <Checkbox
          aria-label={lead.records.selectAll}
          checked={hits.length > 0 && all}
          indeterminate={selected.size > 0 && !all}
          onChange={(event) =>
            setSelected(
              event.currentTarget.checked ? new Set(hits.map(({ record }) => record.id)) : NONE,
            )
          }
        />
        <span role="status">
          {selected.size > 0 ? lead.records.selected(selected.size) : lead.records.total(total)}
        </span>
        {selected.size > 0 ? (
          <DeleteSelected dataset={dataset} ids={[...selected]} onDone={() => setSelected(NONE)} />
        ) : (
          <Button
            className={classes.right}
            component={Link}
            href={`${addressOf(dataset)}/import`}
            variant="default"
            size="xs"
          >
            {lead.records.import}
          </Button>
        )}
      </div>
      {hits.length === 0 ? (
        <Empty title={lead.records.noHit}>{lead.records.noHitHint}</Empty>
      ) : (
        <ul className={classes.list} aria-label={lead.tabs.records}>
          {hits.map((hit) => (
            <RecordLine
              key={hit.record.id}
              hit={hit}
              fields={fields}
              question={question}
              selected={selected.has(hit.record.id)}
              onSelect={toggle}
            />
          ))}
        </ul>
      )}
      {more && (
        <div className={classes.more}>
          <Button variant="default" loading={more.loading} onClick={more.onMore}>
            {lead.records.more}
          </Button>
        </div>
      )}
    </>
  );
}
