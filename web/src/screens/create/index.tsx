/** A new dataset in under a minute: what is asked, a name, a file. */
import { Button, Checkbox, NumberInput, Radio, Select, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Redirect, useLocation } from "wouter";
import {
  addField,
  addQuestion,
  createDataset,
  createWorkspace,
  deleteDataset,
  importFile,
  listWorkspaces,
  publishDataset,
} from "../../api/lead";
import { explain, notifyDone, notifyError } from "../../app/notice";
import { useSession } from "../../app/session";
import { addressOf } from "../../lead/DatasetFrame";
import { Screen } from "../../parts/Screen";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { CustomQuestion } from "./CustomQuestion";
import { FilePicker, type Picked } from "./FilePicker";
import { exampleFile } from "./example";
import { type Choices, START, TEMPLATES, type Template, faultOf, shapeOf } from "./templates";
import classes from "./create.module.css";

const FIRST_WORKSPACE = "default";

export default function CreateScreen() {
  const texts = useTexts();
  const lead = useLeadTexts();
  const { user } = useSession();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [choices, setChoices] = useState<Choices>(START);
  const [name, setName] = useState("");
  const [workspace, setWorkspace] = useState<string | null>(null);
  const [newWorkspace, setNewWorkspace] = useState(FIRST_WORKSPACE);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const workspaces = useQuery({ queryKey: ["workspaces"], queryFn: listWorkspaces });
  const chosen = workspace ?? workspaces.data?.[0]?.id ?? null;
  const change = (part: Partial<Choices>) => setChoices({ ...choices, ...part });

  const fillExample = () => {
    setPicked({ file: exampleFile(), answers: "suggestions" });
    if (!name.trim()) setName(lead.create.exampleName);
  };

  const creating = useMutation({
    mutationFn: async () => {
      const home = chosen ?? (await createWorkspace(newWorkspace)).id;
      const dataset = await createDataset({
        name: name.trim(),
        workspace_id: home,
        guidelines: null,
        allow_extra_metadata: true,
        distribution: { strategy: "overlap", min_submitted: 1 },
      });
      try {
        const shape = shapeOf(choices, lead);
        for (const field of shape.fields) await addField(dataset.id, field);
        for (const question of shape.questions) await addQuestion(dataset.id, question);
        await publishDataset(dataset.id);
      } catch (error) {
        // Half a dataset helps nobody; the form is still filled in.
        await deleteDataset(dataset.id);
        throw error;
      }
      return dataset;
    },
    onSuccess: async (dataset) => {
      void client.invalidateQueries({ queryKey: ["datasets"] });
      void client.invalidateQueries({ queryKey: ["workspaces"] });
      if (!picked) return go(`${addressOf(dataset.id)}/import`);
      try {
        const report = await importFile(dataset.id, picked.file, {
          answers: picked.answers,
          mapping: {},
          dryRun: false,
          skipFaults: false,
        });
        notifyDone(lead.create.created(report.accepted));
        go(addressOf(dataset.id));
      } catch (error) {
        // The import screen tries the file again, row by row, with its columns to choose.
        notifyError(error, texts);
        go(`${addressOf(dataset.id)}/import`);
      }
    },
    onError: (error) => setFault(explain(error, texts)),
  });

  if (user.role === "annotator") return <Redirect to="/" />;
  return (
    <Screen crumbs={[{ label: lead.create.title }]} width="narrow">
      <Title order={1} className={classes.title}>
        {lead.create.title}
      </Title>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const missing = faultOf(choices, name, lead);
          setFault(missing);
          if (!missing) creating.mutate();
        }}
      >
        <Radio.Group label={lead.create.template} value={choices.template} onChange={(template) => change({ template: template as Template })}>
          <div className={classes.templates}>
            {TEMPLATES.map((template) => (
              <label key={template} className={classes.template} data-chosen={choices.template === template || undefined}>
                <Radio value={template} aria-label={lead.create.templates[template]?.[0]} />
                <span>
                  <strong>{lead.create.templates[template]?.[0]}</strong>
                  <span className={classes.hint}>{lead.create.templates[template]?.[1]}</span>
                </span>
              </label>
            ))}
          </div>
        </Radio.Group>
        {choices.template === "preference" && (
          <div className={classes.options}>
            <NumberInput label={lead.create.candidates} min={2} max={9} value={choices.candidates} onChange={(value) => change({ candidates: Number(value) || 2 })} />
            <Checkbox label={lead.create.withContext} checked={choices.withContext} onChange={(event) => change({ withContext: event.currentTarget.checked })} />
            <Checkbox label={lead.create.judgement} checked={choices.judgement} onChange={(event) => change({ judgement: event.currentTarget.checked })} />
          </div>
        )}
        {choices.template === "custom" && <CustomQuestion choices={choices} onChange={change} />}
        <div className={classes.two}>
          <TextInput label={lead.create.name} value={name} onChange={(event) => setName(event.currentTarget.value)} dir="auto" required />
          {workspaces.data && workspaces.data.length > 0 ? (
            <Select
              label={lead.create.workspace}
              data={workspaces.data.map(({ id, name: label }) => ({ value: id, label }))}
              value={chosen}
              onChange={setWorkspace}
              allowDeselect={false}
            />
          ) : (
            <TextInput label={lead.create.newWorkspace} value={newWorkspace} onChange={(event) => setNewWorkspace(event.currentTarget.value)} required />
          )}
        </div>
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
    </Screen>
  );
}
