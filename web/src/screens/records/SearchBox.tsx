import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useLeadTexts } from "../../texts/lead";
import classes from "./records.module.css";

const PAUSE_MS = 200;

type Props = { text: string; onSearch: (text: string) => void };

/** Searches once typing pauses, and follows the address where something else changes it. */
export function SearchBox({ text, onSearch }: Props) {
  const lead = useLeadTexts();
  const [typed, setTyped] = useState(text);
  const [paused] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const sent = useRef(text);
  useEffect(() => {
    if (paused === sent.current) return;
    sent.current = paused;
    onSearch(paused);
    // Only a pause in typing searches; `onSearch` is another function each time.
  }, [paused]);
  useEffect(() => {
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);
  return (
    <TextInput
      className={classes.search}
      type="search"
      placeholder={lead.records.search}
      aria-label={lead.records.search}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
