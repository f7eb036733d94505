/** The dialog in which a webhook is made, its secret shown once, or changed. */
import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { WEBHOOK_EVENTS, type Webhook, changeWebhook, makeWebhook } from "../../api/lead";
import { explain } from "../../app/notice";
import { Once } from "../../lead/Once";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import people from "../people/people.module.css";
import { WEBHOOKS } from "./queryKey";
import classes from "./webhooks.module.css";

type Props = {
  /** The one to change; a new one is made where there is none. */
  webhook?: Webhook;
  opened: boolean;
  onClose: () => void;
};

export function Editor({ webhook, opened, onClose }: Props) {
  const lead = useLeadTexts();
  const title = webhook ? lead.webhooks.change : lead.webhooks.make;
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      {/* Made anew each time it opens, so that nothing stays of the last time. */}
      <Form webhook={webhook} onClose={onClose} />
    </Modal>
  );
}

function Form({ webhook, onClose }: Omit<Props, "opened">) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [events, setEvents] = useState<string[]>(webhook?.events ?? ["record.completed"]);
  const saving = useMutation({
    mutationFn: () => {
      const body = { url: url.trim(), events, description: description.trim() || null };
      return webhook ? changeWebhook(webhook.id, body) : makeWebhook(body);
    },
    onSuccess: () => {
      if (webhook) onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: WEBHOOKS }),
  });
  if (saving.data && !webhook)
    return (
      <div className={people.dialog}>
        <Once label={lead.webhooks.once} value={saving.data.secret} />
        <span className={people.hint}>{lead.webhooks.secretHint}</span>
        <Button variant="default" onClick={onClose}>
          {lead.webhooks.done}
        </Button>
      </div>
    );
  return (
    <form
      className={people.dialog}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <TextInput
        label={lead.webhooks.url}
        description={lead.webhooks.urlHint}
        placeholder="https://"
        type="url"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        required
        data-autofocus
      />
      <TextInput
        label={lead.webhooks.description}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        dir="auto"
      />
      <Checkbox.Group label={lead.webhooks.events} value={events} onChange={setEvents}>
        <div className={classes.events}>
          {Object.entries(WEBHOOK_EVENTS).map(([group, names]) => (
            <div key={group} className={classes.group}>
              {names.map((name) => (
                <Checkbox key={name} value={name} label={name} size="sm" />
              ))}
            </div>
          ))}
        </div>
      </Checkbox.Group>
      {saving.error && (
        <p role="alert" className={classes.fault}>
          {explain(saving.error, texts)}
        </p>
      )}
      <Button
        type="submit"
        loading={saving.isPending}
        disabled={!url.trim() || events.length === 0}
      >
        {webhook ? lead.webhooks.save : lead.webhooks.make}
      </Button>
    </form>
  );
}
