/** A dataset's records: searched, filtered, selected. */
import { Button, Checkbox, Modal, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { listFields, listQuestions } from "../../api/datasets";
import { type MetadataTerm,
  type RecordSearch,
  type RecordStatus,
  deleteRecords,
  searchRecords, } from "../../api/lead";
import type { Dataset } from "../../api/types";
import { notifyDone, notifyError } from "../../app/notice";
import { DatasetFrame, addressOf } from "../../lead/DatasetFrame";
import { Broken, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { MetadataFilter } from "./MetadataFilter";
import { RecordLine } from "./RecordLine";
import classes from "./records.module.css";

const PAGE = 50;

type Sort = "newest" | "oldest" | "changed";

const SORTS: Record<Sort, RecordSearch["sort"]> = {
  newest: { property: "inserted_at", order: "desc" },
  oldest: { property: "inserted_at", order: "asc" },
  changed: { property: "updated_at", order: "desc" },
};

export default function RecordsScreen() {
  return <DatasetFrame part="records">{(dataset) => <Records dataset={dataset} />}</DatasetFrame>;
}

function Records({ dataset }: { dataset: Dataset }) {
  const lead = useLeadTexts();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const [status, setStatus] = useState<RecordStatus | null>(null);
  const [response, setResponse] = useState<RecordSearch["response"]>(null);
  const [metadata, setMetadata] = useState<MetadataTerm | null>(null);
  const [sort, setSort] = useState<Sort>("oldest");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  const search: RecordSearch = { text: q, status, response, metadata, sort: SORTS[sort] };
  const fields = useQuery({
    queryKey: ["dataset", dataset.id, "fields"],
    queryFn: () => listFields(dataset.id),
  });
  const questions = useQuery({
    queryKey: ["dataset", dataset.id, "questions"],
    queryFn: () => listQuestions(dataset.id),
  });
  const found = useInfiniteQuery({
    queryKey: ["dataset", dataset.id, "records", search],
    queryFn: ({ pageParam }) => searchRecords(dataset.id, search, pageParam, PAGE),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const read = pages.reduce((sum, one) => sum + one.items.length, 0);
      return page.items.length > 0 && read < page.total ? read : undefined;
    },
    placeholderData: keepPreviousData,
  });

  const error = found.error ?? fields.error ?? questions.error;
  if (error) return <Broken error={error} onAgain={() => void found.refetch()} />;
  if (!found.data || !fields.data || !questions.data) return <Waiting />;
  const hits = found.data.pages.flatMap((page) => page.items);
  const total = found.data.pages[0]?.total ?? 0;
  const filtered = q !== "" || status !== null || response !== null || metadata !== null;
  const toggle = (id: string) =>
    setSelected((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });

  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.search}
          type="search"
          placeholder={lead.records.search}
          aria-label={lead.records.search}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          aria-label={lead.records.status}
          placeholder={lead.records.anyStatus}
          data={[
            { value: "pending", label: lead.records.pending },
            { value: "completed", label: lead.records.completed },
          ]}
          value={status}
          onChange={(value) => setStatus(value as RecordStatus | null)}
          clearable
        />
        <Select
          aria-label={lead.records.response}
          placeholder={lead.records.anyResponse}
          data={[
            { value: "submitted", label: lead.records.submitted },
            { value: "discarded", label: lead.records.discarded },
            { value: "draft", label: lead.records.draft },
            { value: "pending", label: lead.records.unanswered },
          ]}
          value={response}
          onChange={(value) => setResponse(value as RecordSearch["response"])}
          clearable
        />
        <MetadataFilter dataset={dataset.id} value={metadata} onChange={setMetadata} />
        <Select
          aria-label={lead.records.sort}
          data={(Object.keys(SORTS) as Sort[]).map((value) => ({ value, label: lead.records[value] }))}
          value={sort}
          onChange={(value) => setSort((value as Sort | null) ?? "oldest")}
          allowDeselect={false}
        />
      </div>
      {total === 0 && !filtered ? (
        <Empty
          title={lead.records.none}
          actions={
            <Button component={Link} href={`${addressOf(dataset.id)}/import`}>
              {lead.records.import}
            </Button>
          }
        >
          {lead.records.noneHint}
        </Empty>
      ) : (
        <>
          <div className={classes.head}>
            <Checkbox
              aria-label={lead.records.selectAll}
              checked={hits.length > 0 && hits.every(({ record }) => selected.has(record.id))}
              indeterminate={selected.size > 0 && !hits.every(({ record }) => selected.has(record.id))}
              onChange={(event) =>
                setSelected(event.currentTarget.checked ? new Set(hits.map(({ record }) => record.id)) : new Set())
              }
            />
            <span role="status">
              {selected.size > 0 ? lead.records.selected(selected.size) : lead.records.total(total)}
            </span>
            {selected.size > 0 ? (
              <DeleteSelected
                dataset={dataset.id}
                ids={[...selected]}
                onDone={() => setSelected(new Set())}
              />
            ) : (
              <Button
                className={classes.right}
                component={Link}
                href={`${addressOf(dataset.id)}/import`}
                variant="default"
                size="xs"
              >
                {lead.records.import}
              </Button>
            )}
          </div>
          {hits.length === 0 ? (
            <Empty title={lead.records.noHit}>{lead.records.noHitHint}</Empty>
          ) : (
            <ul className={classes.list} aria-label={lead.tabs.records}>
              {hits.map((hit) => (
                <RecordLine
                  key={hit.record.id}
                  hit={hit}
                  fields={fields.data}
                  questions={questions.data}
                  selected={selected.has(hit.record.id)}
                  onSelect={() => toggle(hit.record.id)}
                />
              ))}
            </ul>
          )}
          {found.hasNextPage && (
            <div className={classes.more}>
              <Button
                variant="default"
                loading={found.isFetchingNextPage}
                onClick={() => void found.fetchNextPage()}
              >
                {lead.records.more}
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

type DeleteProps = { dataset: string; ids: string[]; onDone: () => void };

function DeleteSelected({ dataset, ids, onDone }: DeleteProps) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const deleting = useMutation({
    mutationFn: () => deleteRecords(dataset, ids),
    onSuccess: () => {
      notifyDone(lead.records.deleted(ids.length));
      setAsking(false);
      onDone();
    },
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["dataset", dataset] }),
  });
  return (
    <>
      <Button className={classes.right} size="xs" color="red" variant="light" onClick={() => setAsking(true)}>
        {lead.records.delete}
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={lead.records.deleteTitle(ids.length)}>
        <Text>{lead.records.deleteHint}</Text>
        <div className={classes.choices}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {lead.records.keep}
          </Button>
          <Button color="red" loading={deleting.isPending} onClick={() => deleting.mutate()}>
            {lead.records.delete}
          </Button>
        </div>
      </Modal>
    </>
  );
}
