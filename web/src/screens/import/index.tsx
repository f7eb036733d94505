/** Records from a file: looked through first, every row that cannot be used named. */
import { Button, Checkbox, Select, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { listFields } from "../../api/datasets";
import { ApiError } from "../../api/http";
import { type ImportReport, importFile } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { explain, notifyDone, notifyError } from "../../app/notice";
import { DatasetFrame, addressOf } from "../../lead/DatasetFrame";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { FilePicker, type Picked } from "../create/FilePicker";
import classes from "../create/create.module.css";

const FAULTS_SHOWN = 20;

export default function ImportScreen() {
  const lead = useLeadTexts();
  return (
    <DatasetFrame part="records" crumb={{ label: lead.create.importTitle }} width="narrow">
      {(dataset) => <Import dataset={dataset} />}
    </DatasetFrame>
  );
}

function Import({ dataset }: { dataset: Dataset }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [picked, setPicked] = useState<Picked | null>(null);
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [skipFaults, setSkipFaults] = useState(false);
  const fields = useQuery({
    queryKey: ["dataset", dataset.id, "fields"],
    queryFn: () => listFields(dataset.id),
  });

  const looking = useQuery({
    queryKey: [
      "dataset",
      dataset.id,
      "dry-run",
      picked?.file.name,
      picked?.file.lastModified,
      picked?.answers,
      mapping,
    ],
    queryFn: () =>
      importFile(dataset.id, (picked as Picked).file, {
        answers: (picked as Picked).answers,
        mapping,
        dryRun: true,
        skipFaults: true,
      }),
    enabled: picked !== null,
    retry: false,
    gcTime: 0,
  });
  const importing = useMutation({
    mutationFn: ({ file, answers }: Picked) =>
      importFile(dataset.id, file, { answers, mapping, dryRun: false, skipFaults }),
    onSuccess: (report) => {
      notifyDone(lead.create.imported(report.accepted));
      go(addressOf(dataset.id));
    },
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["dataset", dataset.id] }),
  });
  const report = looking.data;
  const columns = report?.columns ?? columnsOf(looking.error);
  const faults = report?.faults.length ?? 0;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (picked) importing.mutate(picked);
      }}
    >
      <Title order={2}>{lead.create.importTitle}</Title>
      <FilePicker
        picked={picked}
        onPick={(next) => {
          if (next?.file !== picked?.file) setMapping({});
          setPicked(next);
        }}
      />
      {looking.isFetching && <p role="status">{lead.create.reading}</p>}
      {looking.error && (
        <p role="alert" className={classes.fault}>
          {explain(looking.error, texts)}
        </p>
      )}
      {report && (
        <p className={classes.found} role="status">
          {lead.create.found(report.rows, report.format)}
          {faults > 0 && <strong> · {lead.create.faults(report.skipped || faults)}</strong>}
        </p>
      )}
      {columns.length > 0 && fields.data && (
        <fieldset className={classes.mapping}>
          <legend>{lead.create.mapping}</legend>
          {[...fields.data.map(({ name }) => name), "answer"].map((name) => (
            <Select
              key={name}
              label={lead.create.mappingFor(name)}
              data={columns}
              value={mapping[name] ?? report?.mapping[name] ?? null}
              onChange={(column) => setMapping(withColumn(mapping, name, column))}
              placeholder={lead.create.notMapped}
              clearable
              searchable
            />
          ))}
        </fieldset>
      )}
      {report && (
        <>
          <Faults report={report} />
          <Preview report={report} />
          {faults > 0 && (
            <Checkbox
              label={lead.create.skipFaults}
              checked={skipFaults}
              onChange={(event) => setSkipFaults(event.currentTarget.checked)}
            />
          )}
          <Button
            type="submit"
            loading={importing.isPending}
            disabled={report.accepted === 0 || (faults > 0 && !skipFaults)}
          >
            {lead.create.submitImport}
          </Button>
        </>
      )}
    </form>
  );
}

/** The columns of a file that was refused because those that are needed bear other names. */
function columnsOf(error: unknown): string[] {
  const columns = error instanceof ApiError ? error.params.columns : undefined;
  return Array.isArray(columns) ? columns.map(String) : [];
}

function withColumn(
  mapping: Record<string, string>,
  name: string,
  column: string | null,
): Record<string, string> {
  const { [name]: _before, ...others } = mapping;
  return column ? { ...others, [name]: column } : others;
}

function Faults({ report }: { report: ImportReport }) {
  const lead = useLeadTexts();
  if (report.faults.length === 0) return null;
  const more = report.faults.length - FAULTS_SHOWN;
  return (
    <ul className={classes.faults}>
      {report.faults.slice(0, FAULTS_SHOWN).map(({ place, message }, at) => (
        <li key={`${at}-${place}`}>
          <strong dir="auto">{place}</strong> <span dir="auto">{message}</span>
        </li>
      ))}
      {more > 0 && <li>{lead.create.moreFaults(more)}</li>}
    </ul>
  );
}

function Preview({ report }: { report: ImportReport }) {
  const lead = useLeadTexts();
  if (report.preview.length === 0) return null;
  return (
    <section>
      <h2 className={classes.label}>{lead.create.preview}</h2>
      <ul className={classes.preview}>
        {report.preview.map(({ fields, answers }, at) => (
          <li key={`${at}-${JSON.stringify(fields).slice(0, 40)}`}>
            {Object.entries(fields).map(([name, value]) => (
              <span key={name} className={classes.value} dir="auto">
                {typeof value === "string" ? value : JSON.stringify(value)}
              </span>
            ))}
            {answers.length > 0 && <mark dir="auto">{answers.join(" · ")}</mark>}
          </li>
        ))}
      </ul>
    </section>
  );
}
