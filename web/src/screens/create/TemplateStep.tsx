/** The first step: what people are asked, and what each template leaves open. */
import { Checkbox, NumberInput, Radio } from "@mantine/core";
import { useLeadTexts } from "../../texts/lead";
import { CustomQuestion } from "./CustomQuestion";
import classes from "./create.module.css";
import { type Choices, TEMPLATES, type Template } from "./templates";

type Props = { choices: Choices; onChange: (part: Partial<Choices>) => void };

export function TemplateStep({ choices, onChange }: Props) {
  const lead = useLeadTexts();
  const { template } = choices;
  return (
    <>
      <Radio.Group
        label={lead.create.template}
        value={template}
        onChange={(chosen) => onChange({ template: chosen as Template })}
      >
        <div className={classes.templates}>
          {TEMPLATES.map((each) => {
            const [title, hint] = lead.create.templates[each] ?? [each, ""];
            return (
              <label
                key={each}
                className={classes.template}
                data-chosen={template === each || undefined}
              >
                <Radio value={each} aria-label={title} />
                <span>
                  <strong>{title}</strong>
                  <span className={classes.hint}>{hint}</span>
                </span>
              </label>
            );
          })}
        </div>
      </Radio.Group>
      {template === "preference" && <PreferenceOptions choices={choices} onChange={onChange} />}
      {template === "custom" && <CustomQuestion choices={choices} onChange={onChange} />}
    </>
  );
}

function PreferenceOptions({ choices, onChange }: Props) {
  const lead = useLeadTexts();
  return (
    <div className={classes.options}>
      <NumberInput
        label={lead.create.candidates}
        min={2}
        max={9}
        value={choices.candidates}
        onChange={(value) => onChange({ candidates: Number(value) || 2 })}
      />
      <Checkbox
        label={lead.create.withContext}
        checked={choices.withContext}
        onChange={(event) => onChange({ withContext: event.currentTarget.checked })}
      />
      <Checkbox
        label={lead.create.judgement}
        checked={choices.judgement}
        onChange={(event) => onChange({ judgement: event.currentTarget.checked })}
      />
    </div>
  );
}
