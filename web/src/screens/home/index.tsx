import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { listDatasets } from "../../api/datasets";
import { useSession } from "../../app/session";
import { loadedPart } from "../../parts/loaded";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { DatasetRow } from "./DatasetRow";
import classes from "./home.module.css";

const HomeActions = loadedPart(() => import("../../lead/HomeActions"));

/** What there is to do, first thing after signing in. */
export default function HomeScreen() {
  const texts = useTexts();
  const { user, workspaces } = useSession();
  const datasets = useQuery({ queryKey: ["datasets"], queryFn: listDatasets });

  if (datasets.error)
    return <BrokenScreen error={datasets.error} onAgain={() => void datasets.refetch()} />;
  const shown = [...(datasets.data ?? [])].sort((one, other) =>
    other.last_activity_at.localeCompare(one.last_activity_at),
  );
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  const leads = user.role !== "annotator";
  return (
    <Screen width="narrow" actions={leads && <HomeActions />}>
      <header className={classes.head}>
        <Title order={1}>{texts.home.greeting(user.first_name || user.username)}</Title>
      </header>
      {datasets.isPending ? (
        <Waiting />
      ) : shown.length === 0 ? (
        <Empty
          title={texts.home.none}
          actions={
            leads && (
              <Button component={Link} href="/new">
                {texts.home.makeFirst}
              </Button>
            )
          }
        >
          {leads ? texts.home.noneLead : texts.home.noneAnnotator}
        </Empty>
      ) : (
        <ul className={classes.list} aria-label={texts.home.title}>
          {shown.map((dataset) => (
            <DatasetRow
              key={dataset.id}
              dataset={dataset}
              leads={leads}
              workspace={names.size > 1 ? names.get(dataset.workspace_id) : undefined}
            />
          ))}
        </ul>
      )}
    </Screen>
  );
}
