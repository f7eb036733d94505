import { Button, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Webhook, changeWebhook, deleteWebhook, tryWebhook } from "../../api/lead";
import { ApiError } from "../../api/http";
import { explain, notifyError } from "../../app/notice";
import { Confirm } from "../../lead/Confirm";
import { useTexts } from "../../texts";
import type { Texts } from "../../texts/en";
import { useLeadTexts } from "../../texts/lead";
import { Deliveries } from "./Deliveries";
import { Editor } from "./Editor";
import { WEBHOOKS } from "./queryKey";
import classes from "./webhooks.module.css";

export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const { id, url, description, events, enabled, disabled_reason: refused } = webhook;
  const deleting = useMutation({
    mutationFn: () => deleteWebhook(id),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: WEBHOOKS }),
  });
  return (
    <li className={classes.card}>
      <div className={classes.top}>
        <strong className={classes.url} dir="ltr">
          {url}
        </strong>
        <Pause webhook={webhook} />
      </div>
      {description && (
        <p className={classes.note} dir="auto">
          {description}
        </p>
      )}
      <ul className={classes.tags} aria-label={lead.webhooks.events}>
        {events.map((event) => (
          <li key={event}>{event}</li>
        ))}
      </ul>
      {refused && <p className={classes.fault}>{lead.webhooks.refused(refused)}</p>}
      <Deliveries webhook={id} />
      <div className={classes.actions}>
        <TryOut webhook={id} disabled={!enabled} />
        <Button size="xs" variant="default" onClick={() => setChanging(true)}>
          {lead.webhooks.change}
        </Button>
        <Confirm
          title={lead.webhooks.deleteTitle}
          hint={lead.webhooks.deleteHint}
          keep={lead.webhooks.keep}
          go={lead.webhooks.delete}
          onGo={() => deleting.mutate()}
        >
          {(ask) => (
            <Button size="xs" variant="subtle" color="red" onClick={ask}>
              {lead.webhooks.delete}
            </Button>
          )}
        </Confirm>
      </div>
      <Editor webhook={webhook} opened={changing} onClose={() => setChanging(false)} />
    </li>
  );
}

function Pause({ webhook }: { webhook: Webhook }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  // Until the list is there anew, so that the switch does not go back and forth.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const pausing = useMutation({
    mutationFn: (enabled: boolean) => changeWebhook(webhook.id, { enabled }),
    onError: (error) => notifyError(error, texts),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: WEBHOOKS });
      setWanted(null);
    },
  });
  // One that the server refuses is on, though nothing is sent; the reason says so.
  const on = webhook.enabled || Boolean(webhook.disabled_reason);
  return (
    <Switch
      className={classes.pause}
      label={lead.webhooks.sends}
      labelPosition="left"
      checked={wanted ?? on}
      onChange={(event) => {
        setWanted(event.currentTarget.checked);
        pausing.mutate(event.currentTarget.checked);
      }}
    />
  );
}

/** The server's own words: what its receiver answered is what one wants to know. */
function outcome(error: unknown, texts: Texts): string {
  return error instanceof ApiError && error.code === "WebhookFailed"
    ? error.message
    : explain(error, texts);
}

function TryOut({ webhook, disabled }: { webhook: string; disabled: boolean }) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const trying = useMutation({ mutationFn: () => tryWebhook(webhook) });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={trying.isPending}
        disabled={disabled}
        onClick={() => trying.mutate()}
      >
        {lead.webhooks.test}
      </Button>
      {(trying.isSuccess || trying.error) && (
        <p role="status" className={trying.error ? classes.fault : classes.arrived}>
          {trying.error ? outcome(trying.error, texts) : lead.webhooks.arrived}
        </p>
      )}
    </>
  );
}
