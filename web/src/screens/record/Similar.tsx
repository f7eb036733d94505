import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { listVectorKinds, listVectorNames } from "../../api/lead";
import { addressOf } from "../../lead/DatasetFrame";
import { useLeadTexts } from "../../texts/lead";
import { EVERYTHING, paramsOf } from "../records/search";
import classes from "./record.module.css";

/** To the records whose vectors are like this one's; nothing where it has no vector. */
export function Similar({ dataset, record }: { dataset: string; record: string }) {
  const lead = useLeadTexts();
  const kinds = useQuery({
    queryKey: ["dataset", dataset, "vectors"],
    queryFn: () => listVectorKinds(dataset),
  });
  const own = useQuery({
    queryKey: ["record", record, "vectors"],
    queryFn: () => listVectorNames(record),
    enabled: (kinds.data ?? []).length > 0,
  });
  const shown = (kinds.data ?? []).filter(({ name }) => own.data?.includes(name));
  if (shown.length === 0) return null;
  return (
    <div className={classes.similar}>
      {shown.map(({ name, title }) => {
        const similar = { record, vector: name };
        return (
          <Button
            key={name}
            component={Link}
            href={`${addressOf(dataset)}?${paramsOf({ ...EVERYTHING, similar })}`}
            variant="default"
            size="xs"
          >
            {shown.length > 1 ? lead.record.similarBy(title) : lead.record.similar}
          </Button>
        );
      })}
    </div>
  );
}
