import { type ReactNode, useState } from "react";
import type { Quality, Share } from "../../api/lead";
import { RateBar } from "../../lead/RateBar";
import { seconds } from "../../lead/format";
import { useLanguage } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./insights.module.css";

type Row = Quality["annotators"][number];

const rate = (value: Share | null, none: string, chance?: number): ReactNode =>
  value ? <RateBar {...value} value={value.rate} chance={chance} /> : none;

/** Columns: how each is sorted, and how it is shown; those that nobody has a value for are left out. */
export function Annotators({ annotators }: { annotators: Row[] }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const [sort, setSort] = useState("submitted");
  const none = lead.insights.none;
  const columns: {
    key: string;
    name: string;
    by: (row: Row) => number | null;
    cell: (row: Row) => ReactNode;
    number?: boolean;
  }[] = [
    {
      key: "submitted",
      name: lead.insights.submitted,
      by: (row) => row.submitted,
      cell: (row) => lead.number(row.submitted),
      number: true,
    },
    {
      key: "discarded",
      name: lead.insights.discarded,
      by: (row) => row.discarded,
      cell: (row) => lead.number(row.discarded),
      number: true,
    },
    {
      key: "median",
      name: lead.insights.median,
      by: (row) => row.median_s,
      cell: (row) => seconds(row.median_s, language),
      number: true,
    },
    {
      key: "majority",
      name: lead.insights.majority,
      by: (row) => row.majority_agreement?.rate ?? null,
      cell: (row) => rate(row.majority_agreement, none),
    },
    {
      key: "controls",
      name: lead.insights.controls,
      by: (row) => row.controls?.rate ?? null,
      cell: (row) => rate(row.controls, none),
    },
    {
      key: "first",
      name: lead.insights.first,
      by: (row) => row.first_position?.rate ?? null,
      cell: (row) => rate(row.first_position, none, row.first_position?.expected),
    },
    {
      key: "acceptance",
      name: lead.insights.acceptance,
      by: (row) => row.suggestion_accepted?.rate ?? null,
      cell: (row) => rate(row.suggestion_accepted, none),
    },
  ];
  if (annotators.length === 0) return <p className={classes.hint}>{lead.insights.noAnnotators}</p>;
  const shown = columns.filter(({ by }) => annotators.some((row) => by(row) !== null));
  const by = shown.find(({ key }) => key === sort)?.by ?? ((row: Row) => row.submitted);
  const sorted = [...annotators].sort((one, other) => (by(other) ?? -1) - (by(one) ?? -1));
  return (
    <div
      className={classes.scroll}
      tabIndex={0}
      role="region"
      aria-label={lead.insights.annotators}
    >
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{lead.insights.annotator}</th>
            {shown.map(({ key, name, number }) => (
              <th
                key={key}
                scope="col"
                className={number ? classes.number : undefined}
                aria-sort={key === sort ? "descending" : undefined}
              >
                <button type="button" className={classes.sort} onClick={() => setSort(key)}>
                  {name}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.user_id}>
              <th scope="row" dir="auto">
                {row.username ?? lead.record.someone}
              </th>
              {shown.map(({ key, cell, number }) => (
                <td key={key} className={number ? classes.number : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
