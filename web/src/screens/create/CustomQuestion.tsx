import { NumberInput, Select, TextInput } from "@mantine/core";
import { useLeadTexts } from "../../texts/lead";
import { type Choices, KINDS, type Kind, names, slug } from "./templates";
import classes from "./create.module.css";

type Props = { choices: Choices; onChange: (part: Partial<Choices>) => void };

export function CustomQuestion({ choices, onChange }: Props) {
  const lead = useLeadTexts();
  const { kind } = choices;
  const fields = names(choices.fields);
  return (
    <div className={classes.options}>
      <TextInput
        label={lead.create.fields}
        description={lead.create.fieldsHint}
        value={choices.fields}
        onChange={(event) => onChange({ fields: event.currentTarget.value })}
        dir="auto"
      />
      <div className={classes.two}>
        <Select
          label={lead.create.kind}
          data={KINDS.map((value) => ({ value, label: lead.create.kinds[value] ?? value }))}
          value={kind}
          onChange={(value) => onChange({ kind: (value ?? "text") as Kind })}
          allowDeselect={false}
        />
        <TextInput
          label={lead.create.asked}
          value={choices.asked}
          onChange={(event) => onChange({ asked: event.currentTarget.value })}
          dir="auto"
        />
      </div>
      {kind === "rating" && (
        <NumberInput
          label={lead.create.ratingTop}
          min={2}
          max={10}
          value={choices.ratingTop}
          onChange={(value) => onChange({ ratingTop: Number(value) || 2 })}
        />
      )}
      {kind !== "rating" && kind !== "text" && (
        <TextInput
          label={lead.create.labels}
          description={lead.create.labelsHint}
          value={choices.labels}
          onChange={(event) => onChange({ labels: event.currentTarget.value })}
          dir="auto"
        />
      )}
      {kind === "span" && fields.length > 1 && (
        <Select
          label={lead.create.spanField}
          data={fields.map((label) => ({ value: slug(label), label }))}
          value={choices.spanField || slug(fields[0] ?? "text")}
          onChange={(value) => onChange({ spanField: value ?? "" })}
          allowDeselect={false}
        />
      )}
    </div>
  );
}
