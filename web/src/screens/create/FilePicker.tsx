/** A file, chosen or dropped, and what its answers are to become. */
import { Button, Select } from "@mantine/core";
import { type DragEvent, useRef, useState } from "react";
import type { Answers } from "../../api/lead";
import { useLeadTexts } from "../../texts/lead";
import classes from "./create.module.css";

export type Picked = { file: File; answers: Answers };

const ANSWERS: Answers[] = ["suggestions", "responses", "controls", "none"];

type Props = {
  picked: Picked | null;
  onPick: (picked: Picked | null) => void;
  /** Fill in the example, where there is one. */
  onExample?: () => void;
};

export function FilePicker({ picked, onPick, onExample }: Props) {
  const lead = useLeadTexts();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (file: File | undefined) => {
    if (file) onPick({ file, answers: picked?.answers ?? "suggestions" });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        ref={input}
        type="file"
        hidden
        aria-label={lead.create.choose}
        accept=".json,.jsonl,.csv,.parquet,.zip"
        onChange={(event) => take(event.currentTarget.files?.[0])}
      />
      <span className={classes.label}>{lead.create.file}</span>
      <div className={classes.pick}>
        <Button variant="default" onClick={() => input.current?.click()}>
          {lead.create.choose}
        </Button>
        <span className={classes.hint} dir="auto">
          {picked ? picked.file.name : lead.create.dropHere}
        </span>
        {onExample && !picked && (
          <Button variant="subtle" className={classes.example} onClick={onExample}>
            {lead.create.example}
          </Button>
        )}
      </div>
      <span className={classes.hint}>{lead.create.fileHint}</span>
      {picked && (
        <Select
          className={classes.answersAs}
          label={lead.create.answers}
          data={ANSWERS.map((value) => ({ value, label: lead.create.answersAs[value] }))}
          value={picked.answers}
          onChange={(value) => onPick({ ...picked, answers: (value ?? "suggestions") as Answers })}
          allowDeselect={false}
        />
      )}
    </div>
  );
}
