import type { FullRecord, FullResponse } from "../../api/lead";

/** The responses that count, in the order in which keys choose among them. */
export const submittedOf = ({ responses }: FullRecord): FullResponse[] =>
  responses.filter(({ status }) => status === "submitted");
