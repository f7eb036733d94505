/** The second step: its name, and the workspace whose people work on it. */
import { Select, TextInput } from "@mantine/core";
import type { Workspace } from "../../api/types";
import { useLeadTexts } from "../../texts/lead";
import classes from "./create.module.css";

type Props = {
  name: string;
  onName: (name: string) => void;
  workspaces: Workspace[];
  workspace: string | null;
  onWorkspace: (id: string | null) => void;
  /** The name of the first workspace, where there is none yet. */
  newWorkspace: string;
  onNewWorkspace: (name: string) => void;
};

export function NameStep(props: Props) {
  const lead = useLeadTexts();
  const { name, onName, workspaces, workspace, onWorkspace, newWorkspace, onNewWorkspace } = props;
  return (
    <div className={classes.two}>
      <TextInput
        label={lead.create.name}
        value={name}
        onChange={(event) => onName(event.currentTarget.value)}
        dir="auto"
        required
      />
      {workspaces.length > 0 ? (
        <Select
          label={lead.create.workspace}
          data={workspaces.map(({ id, name: label }) => ({ value: id, label }))}
          value={workspace}
          onChange={onWorkspace}
          allowDeselect={false}
        />
      ) : (
        <TextInput
          label={lead.create.newWorkspace}
          value={newWorkspace}
          onChange={(event) => onNewWorkspace(event.currentTarget.value)}
          required
        />
      )}
    </div>
  );
}
