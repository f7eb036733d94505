import { Button } from "@mantine/core";
import { useLeadTexts } from "../../texts/lead";
import type { Difference } from "./draft";
import classes from "./settings.module.css";

type Props = {
  /** What the server has now, where it differs from what is typed. */
  differences: Difference[];
  saving: boolean;
  onOver: () => void;
  onTheirs: () => void;
};

/** Somebody else saved meanwhile: their values beside one's own, which stay in the form. */
export function Stale({ differences, saving, onOver, onTheirs }: Props) {
  const lead = useLeadTexts();
  return (
    <div className={classes.stale} role="alert">
      <p>{lead.settings.stale}</p>
      <dl>
        {differences.map(({ label, theirs }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{theirs || lead.settings.empty}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.choices}>
        <Button variant="default" onClick={onTheirs}>
          {lead.settings.takeTheirs}
        </Button>
        <Button loading={saving} onClick={onOver}>
          {lead.settings.saveOver}
        </Button>
      </div>
    </div>
  );
}
