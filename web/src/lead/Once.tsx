/** Something that is shown once, to be copied. */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useLeadTexts } from "../texts/lead";
import classes from "./Once.module.css";

export function Once({ label, value }: { label: string; value: string }) {
  const lead = useLeadTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    // Without TLS browsers offer no clipboard; the text is selected for the keyboard then.
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      document.querySelector<HTMLInputElement>(`.${classes.once} input`)?.select();
    }
  };
  return (
    <div className={classes.once}>
      <TextInput
        label={label}
        value={value}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
        data-autofocus
      />
      <Button onClick={() => void copy()}>{copied ? lead.people.copied : lead.people.copy}</Button>
    </div>
  );
}
