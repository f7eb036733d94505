import { Drawer, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listOwnResponses } from "../../api/tasks";
import type { ResponseStatus } from "../../api/types";
import { explain } from "../../app/notice";
import { localeOf, useLanguage, useTexts } from "../../texts";
import { parseTime } from "../../api/time";
import classes from "./HistoryPanel.module.css";

type Props = {
  datasetId: string;
  opened: boolean;
  onClose: () => void;
  onOpen: (recordId: string) => void;
};

const STATUSES: ResponseStatus[] = ["submitted", "discarded", "draft"];

/** One's last records by what became of them; each can be opened again. */
export function HistoryPanel({ datasetId, opened, onClose, onOpen }: Props) {
  const texts = useTexts();
  const [status, setStatus] = useState<ResponseStatus>("submitted");
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={texts.annotate.history}
    >
      <Tabs value={status} onChange={(value) => setStatus((value as ResponseStatus) ?? "submitted")}>
        <Tabs.List>
          {STATUSES.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {texts.annotate.statuses[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {STATUSES.map((each) => (
          <Tabs.Panel key={each} value={each} pt="sm">
            {opened && each === status && (
              <Listed datasetId={datasetId} status={each} onOpen={onOpen} />
            )}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Drawer>
  );
}

function Listed({ datasetId, status, onOpen }: { datasetId: string; status: ResponseStatus; onOpen: (id: string) => void }) {
  const texts = useTexts();
  const language = useLanguage();
  const found = useQuery({
    queryKey: ["dataset", datasetId, "own-responses", status],
    queryFn: () => listOwnResponses(datasetId, status),
    staleTime: 0,
  });
  if (found.error) return <p role="alert">{explain(found.error, texts)}</p>;
  if (!found.data) return <p className={classes.empty}>{texts.states.loading}</p>;
  if (found.data.items.length === 0) return <p className={classes.empty}>{texts.annotate.historyEmpty}</p>;
  const format = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
  return (
    <ul className={classes.list}>
      {found.data.items.map((item) => (
        <li key={item.record_id}>
          <button type="button" className={classes.item} onClick={() => onOpen(item.record_id)}>
            <span className={classes.excerpt} dir="auto">
              {item.excerpt}
            </span>
            <time className={classes.time} dateTime={item.updated_at}>
              {format.format(parseTime(item.updated_at))}
            </time>
          </button>
        </li>
      ))}
    </ul>
  );
}
