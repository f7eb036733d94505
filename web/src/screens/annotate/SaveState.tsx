/** How many responses are not on the server yet, and what the server refused. */
import { Button, Popover, Stack, Text } from "@mantine/core";
import { useQueueState, useSaving } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import classes from "./SaveState.module.css";

export function SaveState({ onOpen }: { onOpen: (recordId: string) => void }) {
  const texts = useTexts();
  const { queue } = useSaving();
  const { waiting, failing, signedOut, refused } = useQueueState();
  const troubled = failing || signedOut;
  return (
    <span role="status" className={classes.state}>
      {waiting > 0 && (
        <span
          className={troubled ? classes.failing : classes.waiting}
          title={troubled ? texts.annotate.saving.failingHint : undefined}
        >
          {troubled ? texts.annotate.saving.failing(waiting) : texts.annotate.saving.waiting(waiting)}
        </span>
      )}
      {refused.length > 0 && (
        <Popover width={340} position="bottom-end" withinPortal>
          <Popover.Target>
            <button type="button" className={classes.refused}>
              {texts.annotate.saving.refused(refused.length)}
            </button>
          </Popover.Target>
          <Popover.Dropdown>
            <Stack gap="sm">
              <Text fw={600}>{texts.annotate.saving.refusedTitle}</Text>
              {refused.map((entry) => (
                <div key={entry.recordId}>
                  <Text size="sm">{entry.refused}</Text>
                  <Button size="compact-sm" variant="default" mr="xs" onClick={() => onOpen(entry.recordId)}>
                    {texts.annotate.saving.reopen}
                  </Button>
                  <Button size="compact-sm" variant="subtle" color="gray" onClick={() => queue.drop(entry.recordId)}>
                    {texts.annotate.saving.drop}
                  </Button>
                </div>
              ))}
            </Stack>
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  );
}
