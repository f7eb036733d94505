import type { ReactNode } from "react";
import type { Task } from "../../api/tasks";
import type { Field } from "../../api/types";
import { useTexts } from "../../texts";
import { FieldValue } from "../annotate/FieldView";
import classes from "./Bulk.module.css";

type Props = {
  number: number;
  task: Task;
  fields: Field[];
  picked: boolean;
  onPick: () => void;
  children: ReactNode;
};

export function BulkRow({ number, task, fields, picked, onPick, children }: Props) {
  const texts = useTexts();
  return (
    <li className={classes.row} data-picked={picked || undefined}>
      <input
        type="checkbox"
        className={classes.pick}
        aria-label={texts.annotate.bulkPick(number)}
        checked={picked}
        onChange={onPick}
      />
      <div className={classes.fields}>
        {fields.map((field) => {
          const value = task.record.fields[field.name];
          return value === undefined || value === null || value === "" ? null : (
            <div key={field.name} className={classes.field}>
              <FieldValue field={field} value={value} />
            </div>
          );
        })}
      </div>
      <div className={classes.answers}>{children}</div>
    </li>
  );
}
