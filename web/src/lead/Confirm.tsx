/** Asks before something that cannot be undone. */
import { Button, Modal, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import classes from "./Confirm.module.css";

type Props = {
  title: string;
  hint: string;
  keep: string;
  go: string;
  onGo: () => void;
  /** What opens the question. */
  children: (open: () => void) => ReactNode;
};

export function Confirm({ title, hint, keep, go, onGo, children }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      {children(() => setAsking(true))}
      <Modal opened={asking} onClose={() => setAsking(false)} title={title}>
        <Text>{hint}</Text>
        <div className={classes.choices}>
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {keep}
          </Button>
          <Button
            color="red"
            onClick={() => {
              setAsking(false);
              onGo();
            }}
          >
            {go}
          </Button>
        </div>
      </Modal>
    </>
  );
}
