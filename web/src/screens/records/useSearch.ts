/** The search that the address holds, so that going back and passing a link on work. */
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { type Search, paramsOf, searchIn } from "./search";

export type Change = (part: Partial<Search>, how?: { replace: boolean }) => void;

export function useSearch(): [Search, Change] {
  const [params, setParams] = useSearchParams();
  const written = params.toString();
  const search = useMemo(() => searchIn(new URLSearchParams(written)), [written]);
  const change: Change = (part, how) => setParams(paramsOf({ ...search, ...part }), how);
  return [search, change];
}
