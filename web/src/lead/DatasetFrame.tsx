/** The frame of a dataset's screens: its name, its parts, and what can be done with it. */
import { Button, Menu, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, Redirect, useParams } from "wouter";
import { readDataset } from "../api/datasets";
import { EXPORT_FORMATS, exportAddress } from "../api/lead";
import type { Dataset } from "../api/types";
import { useSession } from "../app/session";
import { type Crumb, Screen } from "../parts/Screen";
import { IconExport } from "../parts/icons";
import { BrokenScreen, Waiting } from "../parts/states";
import { useLeadTexts } from "../texts/lead";
import classes from "./DatasetFrame.module.css";

const PARTS = ["records", "disagreements", "insights", "settings"] as const;

type Props = {
  /** The part that is shown; its tab is marked. */
  part: (typeof PARTS)[number];
  /** Where one is within the part. */
  crumb?: Crumb;
  width?: "narrow" | "wide" | "reading";
  children: (dataset: Dataset) => ReactNode;
};

export const addressOf = (dataset: string, part: string = "records"): string =>
  `/datasets/${dataset}/${part}`;

export const annotateAddress = (dataset: string): string => `/datasets/${dataset}/annotate`;

export function useDatasetId(): string {
  const { dataset } = useParams<{ dataset: string }>();
  if (!dataset) throw new Error("the address names no dataset");
  return dataset;
}

export function useDataset() {
  const id = useDatasetId();
  return useQuery({
    queryKey: ["dataset", id],
    queryFn: () => readDataset(id) as Promise<Dataset>,
  });
}

export function DatasetFrame({ part, crumb, width, children }: Props) {
  const lead = useLeadTexts();
  const { user } = useSession();
  const datasetId = useDatasetId();
  const dataset = useDataset();
  if (user.role === "annotator") return <Redirect to={annotateAddress(datasetId)} />;
  if (dataset.error)
    return <BrokenScreen error={dataset.error} onAgain={() => void dataset.refetch()} />;
  if (!dataset.data) return <Waiting />;
  const { id, name } = dataset.data;
  const crumbs: Crumb[] = [
    { label: name, to: addressOf(id) },
    ...(crumb
      ? [{ label: lead.tabs[part], to: addressOf(id, part) }, crumb]
      : [{ label: lead.tabs[part] }]),
  ];
  return (
    <Screen
      crumbs={crumbs}
      width={width}
      actions={
        <>
          <ExportMenu dataset={id} />
          <Button component={Link} href={annotateAddress(id)} size="xs" radius="xl">
            {lead.tabs.annotate}
          </Button>
        </>
      }
      tabs={
        <nav aria-label={lead.tabs.label} className={classes.tabs}>
          {PARTS.map((each) => (
            <Link
              key={each}
              href={addressOf(id, each)}
              className={classes.tab}
              aria-current={each === part ? "page" : undefined}
            >
              {lead.tabs[each]}
            </Link>
          ))}
        </nav>
      }
    >
      {/* The bar names the screen for those who see it. */}
      <VisuallyHidden component="h1">{`${lead.tabs[part]}: ${name}`}</VisuallyHidden>
      {children(dataset.data)}
    </Screen>
  );
}

function ExportMenu({ dataset }: { dataset: string }) {
  const lead = useLeadTexts();
  return (
    <Menu position="bottom-end" shadow="md" radius="md">
      <Menu.Target>
        <Button variant="default" size="xs" radius="xl" aria-label={lead.export.label}>
          <span className={classes.wide}>{lead.export.label}</span>
          <span className={classes.phone}>
            <IconExport />
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.formats}>
        {EXPORT_FORMATS.map((format) => (
          <Menu.Item key={format} component="a" href={exportAddress(dataset, format)} download>
            {lead.export.formats[format]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
