import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/http";

/** What the server refused once it refuses again; what it did not answer is worth another try. */
const worthAnotherTry = (count: number, error: Error): boolean =>
  !(error instanceof ApiError) && count < 3;

export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: worthAnotherTry, staleTime: 10_000, refetchOnWindowFocus: false },
  },
});
