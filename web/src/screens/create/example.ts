/** Ten made-up questions for those who have no file at hand: most suggestions are right, two are not. */

const LIGHTHOUSE =
  "The lighthouse of Kestrel Point was lit for the first time in March 1871. It was built by Ada " +
  "Marsh, who had drawn the plans at the age of twenty-six. Its lamp burned whale oil until 1904, " +
  "when a wire was laid from the village and an electric light took its place.";
const HARBOUR =
  "Fenwick's harbour freezes in most winters, so the fishing boats are hauled ashore in November. " +
  "Each boat is painted in the colour of its family: blue for the Marshes, green for the Hales. " +
  "The boats go back into the water on the first Sunday after the ice has left.";
const BAKERY =
  "The bakery on Rope Street opens at four in the morning. Its rye loaf takes three days to make, " +
  "because the dough rests twice. On market days the baker, Tomas Hale, sells about two hundred " +
  "of them before noon.";

const ROWS: [context: string, question: string, answer: string][] = [
  [LIGHTHOUSE, "When was the lighthouse lit for the first time?", "March 1871"],
  [LIGHTHOUSE, "Who built the lighthouse?", "Ada Marsh"],
  [LIGHTHOUSE, "What did the lamp burn at first?", "whale oil"],
  [LIGHTHOUSE, "When did it get an electric light?", "1871"],
  [HARBOUR, "When are the boats hauled ashore?", "November"],
  [HARBOUR, "What colour are the boats of the Hales?", "green"],
  [HARBOUR, "How many boats lie in the harbour?", "Each boat"],
  [BAKERY, "When does the bakery open?", "four in the morning"],
  [BAKERY, "Why does the rye loaf take three days?", "the dough rests twice"],
  [BAKERY, "Who is the baker?", "Tomas Hale"],
];

/** The example as a file that is imported like any other. */
export function exampleFile(): File {
  const lines = ROWS.map(([context, question, answer], at) =>
    JSON.stringify({ id: `example-${at + 1}`, question, context, answer }),
  );
  return new File([`${lines.join("\n")}\n`], "example.jsonl", { type: "application/jsonl" });
}
