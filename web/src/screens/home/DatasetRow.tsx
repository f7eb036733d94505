import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { readOwnMetrics, readProgress } from "../../api/datasets";
import type { Dataset } from "../../api/types";
import { useTexts } from "../../texts";
import classes from "./home.module.css";

type Props = {
  dataset: Dataset;
  workspace: string | undefined;
  /** Whether the caller may see how it goes, so that the name leads there. */
  leads: boolean;
};

export function DatasetRow({ dataset, workspace, leads }: Props) {
  const texts = useTexts();
  const progress = useQuery({
    queryKey: ["dataset", dataset.id, "progress"],
    queryFn: () => readProgress(dataset.id),
  });
  const own = useQuery({
    queryKey: ["dataset", dataset.id, "own"],
    queryFn: () => readOwnMetrics(dataset.id),
  });
  const { total = 0, completed = 0 } = progress.data ?? {};
  return (
    <li className={classes.row}>
      <div className={classes.names}>
        <h2 className={classes.name} dir="auto">
          {leads ? (
            <Anchor component={Link} href={`/datasets/${dataset.id}/records`} inherit c="inherit">
              {dataset.name}
            </Anchor>
          ) : (
            dataset.name
          )}
        </h2>
        {workspace && <bdi className={classes.workspace}>{workspace}</bdi>}
      </div>
      {dataset.status === "ready" && total > 0 && (
        <Button
          component={Link}
          href={`/datasets/${dataset.id}/annotate`}
          className={classes.go}
          variant="default"
          aria-label={`${texts.home.annotate}: ${dataset.name}`}
        >
          {texts.home.annotate}
        </Button>
      )}
      {total > 0 && (
        <progress
          className={classes.progress}
          value={completed}
          max={total}
          aria-label={texts.home.progress(completed, total)}
        />
      )}
      <p className={classes.counts}>
        {dataset.status === "draft"
          ? texts.home.draft
          : progress.data && total === 0
            ? texts.home.emptyDataset
            : progress.data
              ? texts.home.progress(completed, total)
              : " "}
        {own.data && own.data.responses.submitted > 0 && (
          <> · {texts.home.yours(own.data.responses.submitted)}</>
        )}
      </p>
    </li>
  );
}
