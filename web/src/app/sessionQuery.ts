/** Asks who is signed in. */
import { readSession } from "../api/session";

export const SESSION = {
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
};
