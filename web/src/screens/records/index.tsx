/** A dataset's records: searched, filtered, ranked by likeness, selected. */
import { Button } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { listFields, listQuestions } from "../../api/datasets";
import { searchRecords } from "../../api/lead";
import type { Dataset, Question } from "../../api/types";
import { DatasetFrame, addressOf } from "../../lead/DatasetFrame";
import { Broken, Empty, Waiting } from "../../parts/states";
import { useLeadTexts } from "../../texts/lead";
import { RecordList } from "./RecordList";
import { bodyOf, isNarrowed } from "./search";
import { Tools } from "./Tools";
import { useSearch } from "./useSearch";

const PAGE = 50;

export default function RecordsScreen() {
  return (
    <DatasetFrame part="records">{(dataset) => <WithQuestions dataset={dataset} />}</DatasetFrame>
  );
}

function WithQuestions({ dataset }: { dataset: Dataset }) {
  const questions = useQuery({
    queryKey: ["dataset", dataset.id, "questions"],
    queryFn: () => listQuestions(dataset.id),
  });
  if (questions.error)
    return <Broken error={questions.error} onAgain={() => void questions.refetch()} />;
  if (!questions.data) return <Waiting />;
  return <Records dataset={dataset.id} questions={questions.data} />;
}

function Records({ dataset, questions }: { dataset: string; questions: Question[] }) {
  const lead = useLeadTexts();
  const [search, change] = useSearch();
  const body = bodyOf(search, questions[0]?.name);
  const fields = useQuery({
    queryKey: ["dataset", dataset, "fields"],
    queryFn: () => listFields(dataset),
  });
  const found = useInfiniteQuery({
    queryKey: ["dataset", dataset, "records", body],
    queryFn: ({ pageParam }) => searchRecords(dataset, body, pageParam, PAGE),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const read = pages.reduce((sum, one) => sum + one.items.length, 0);
      return page.items.length > 0 && read < page.total ? read : undefined;
    },
    placeholderData: keepPreviousData,
  });

  const tools = <Tools dataset={dataset} questions={questions} search={search} onChange={change} />;
  const error = found.error ?? fields.error;
  if (error)
    return (
      <>
        {/* What the server refuses, such as a vector that is no more, can be taken away. */}
        {tools}
        <Broken error={error} onAgain={() => void found.refetch()} />
      </>
    );
  if (!found.data || !fields.data) return <Waiting />;
  const hits = found.data.pages.flatMap((page) => page.items);
  const total = found.data.pages[0]?.total ?? 0;
  if (total === 0 && !isNarrowed(search))
    return (
      <Empty
        title={lead.records.none}
        actions={
          <Button component={Link} href={`${addressOf(dataset)}/import`}>
            {lead.records.import}
          </Button>
        }
      >
        {lead.records.noneHint}
      </Empty>
    );
  const asked = search.suggestion?.question;
  return (
    <>
      {tools}
      <RecordList
        dataset={dataset}
        hits={hits}
        total={total}
        fields={fields.data}
        question={questions.find(({ name }) => name === asked) ?? questions[0]}
        more={
          found.hasNextPage
            ? { loading: found.isFetchingNextPage, onMore: () => void found.fetchNextPage() }
            : undefined
        }
      />
    </>
  );
}
