/** Makes a dataset with its fields and questions, and imports the file that was picked for it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import {
  addField,
  addQuestion,
  createDataset,
  createWorkspace,
  deleteDataset,
  importFile,
  publishDataset,
} from "../../api/lead";
import type { Dataset } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { addressOf } from "../../lead/DatasetFrame";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import type { Picked } from "./FilePicker";
import type { Shape } from "./templates";

export type Wanted = {
  name: string;
  /** The workspace that it is to be in; `newWorkspace` is made where there is none yet. */
  workspace: string | null;
  newWorkspace: string;
  shape: Shape;
  picked: Picked | null;
};

async function make({ name, workspace, newWorkspace, shape }: Wanted): Promise<Dataset> {
  const home = workspace ?? (await createWorkspace(newWorkspace)).id;
  const dataset = await createDataset({
    name: name.trim(),
    workspace_id: home,
    guidelines: null,
    allow_extra_metadata: true,
    distribution: { strategy: "overlap", min_submitted: 1 },
  });
  try {
    for (const field of shape.fields) await addField(dataset.id, field);
    for (const question of shape.questions) await addQuestion(dataset.id, question);
    await publishDataset(dataset.id);
  } catch (error) {
    // Half a dataset helps nobody; the form is still filled in.
    await deleteDataset(dataset.id);
    throw error;
  }
  return dataset;
}

/** `mutate` makes it and goes to its records, or to the import where the file needs a look. */
export function useCreate(onError: (error: Error) => void) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: make,
    onSuccess: async (dataset, { picked }) => {
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
    onError,
  });
}
