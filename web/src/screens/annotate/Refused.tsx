/** Responses that the server refused for good: why, and what to do with each. */
import { Button, Popover, Stack, Text } from "@mantine/core";
import { useSaving } from "../../saving/SavingProvider";
import type { Entry } from "../../saving/queue";
import { useTexts } from "../../texts";
import classes from "./SaveState.module.css";

type Props = { entries: Entry[]; onOpen: (recordId: string) => void };

export default function Refused({ entries, onOpen }: Props) {
  const texts = useTexts().annotate.saving;
  const { queue } = useSaving();
  return (
    <Popover width={340} position="bottom-end" withinPortal>
      <Popover.Target>
        <button type="button" className={classes.refused}>
          {texts.refused(entries.length)}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text fw={600}>{texts.refusedTitle}</Text>
          {entries.map(({ recordId, refused }) => (
            <div key={recordId}>
              <Text size="sm">{refused}</Text>
              <Button size="compact-sm" variant="default" mr="xs" onClick={() => onOpen(recordId)}>
                {texts.reopen}
              </Button>
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => queue.drop(recordId)}>
                {texts.drop}
              </Button>
            </div>
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
