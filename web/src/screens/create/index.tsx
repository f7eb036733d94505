/** A new dataset in under a minute: what is asked, a name, a file. */
import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Redirect } from "wouter";
import { listWorkspaces } from "../../api/lead";
import { explain } from "../../app/notice";
import { useSession } from "../../app/session";
import { Screen } from "../../parts/Screen";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./create.module.css";
import { exampleFile } from "./example";
import { FilePicker, type Picked } from "./FilePicker";
import { NameStep } from "./NameStep";
import { TemplateStep } from "./TemplateStep";
import { type Choices, START, faultOf, shapeOf } from "./templates";
import { useCreate } from "./useCreate";

const FIRST_WORKSPACE = "default";

export default function CreateScreen() {
  const lead = useLeadTexts();
  const { user } = useSession();
  if (user.role === "annotator") return <Redirect to="/" />;
  return (
    <Screen crumbs={[{ label: lead.create.title }]} width="narrow">
      <Title order={1} className={classes.title}>
        {lead.create.title}
      </Title>
      <CreateForm />
    </Screen>
  );
}

function CreateForm() {
  const texts = useTexts();
  const lead = useLeadTexts();
  const [choices, setChoices] = useState<Choices>(START);
  const [name, setName] = useState("");
  const [workspace, setWorkspace] = useState<string | null>(null);
  const [newWorkspace, setNewWorkspace] = useState(FIRST_WORKSPACE);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const workspaces = useQuery({ queryKey: ["workspaces"], queryFn: listWorkspaces });
  const chosen = workspace ?? workspaces.data?.[0]?.id ?? null;
  const creating = useCreate((error) => setFault(explain(error, texts)));

  const fillExample = () => {
    setPicked({ file: exampleFile(), answers: "suggestions" });
    if (!name.trim()) setName(lead.create.exampleName);
  };
  const create = () => {
    const missing = faultOf(choices, name, lead);
    setFault(missing);
    if (missing) return;
    const shape = shapeOf(choices, lead);
    creating.mutate({ name, workspace: chosen, newWorkspace, shape, picked });
  };

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        create();
      }}
    >
      <TemplateStep choices={choices} onChange={(part) => setChoices({ ...choices, ...part })} />
      <NameStep
        name={name}
        onName={setName}
        workspaces={workspaces.data ?? []}
        workspace={chosen}
        onWorkspace={setWorkspace}
        newWorkspace={newWorkspace}
        onNewWorkspace={setNewWorkspace}
      />
      <FilePicker
        picked={picked}
        onPick={setPicked}
        onExample={choices.template === "extractive" ? fillExample : undefined}
      />
      {fault && (
        <p role="alert" className={classes.fault}>
          {fault}
        </p>
      )}
      <Button type="submit" loading={creating.isPending}>
        {picked ? lead.create.submit : lead.create.without}
      </Button>
    </form>
  );
}
