/** Where the server reports what happens: registered, paused, tried, deleted by an owner. */
import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Redirect } from "wouter";
import { listWebhooks } from "../../api/lead";
import { useSession } from "../../app/session";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Empty, Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import people from "../people/people.module.css";
import { Editor } from "./Editor";
import { WEBHOOKS } from "./queryKey";
import { WebhookCard } from "./WebhookCard";
import classes from "./webhooks.module.css";

export default function WebhooksScreen() {
  const { user } = useSession();
  return user.role === "owner" ? <Webhooks /> : <Redirect to="/" />;
}

function Webhooks() {
  const texts = useTexts();
  const lead = useLeadTexts();
  const [making, setMaking] = useState(false);
  const webhooks = useQuery({ queryKey: WEBHOOKS, queryFn: listWebhooks });
  if (webhooks.error)
    return <BrokenScreen error={webhooks.error} onAgain={() => void webhooks.refetch()} />;
  const make = <Button onClick={() => setMaking(true)}>{lead.webhooks.make}</Button>;
  const none = webhooks.data?.length === 0;
  return (
    <Screen
      crumbs={[{ label: texts.account.settings, to: "/account" }, { label: lead.webhooks.title }]}
      width="narrow"
    >
      <header className={people.head}>
        <div>
          <Title order={1}>{lead.webhooks.title}</Title>
          <span className={people.hint}>{lead.webhooks.hint}</span>
        </div>
        {!none && make}
      </header>
      {!webhooks.data && <Waiting />}
      {none && (
        <Empty title={lead.webhooks.none} actions={make}>
          {lead.webhooks.noneHint}
        </Empty>
      )}
      {webhooks.data && !none && (
        <ul className={classes.list} aria-label={lead.webhooks.title}>
          {webhooks.data.map((webhook) => (
            <WebhookCard key={webhook.id} webhook={webhook} />
          ))}
        </ul>
      )}
      <Editor opened={making} onClose={() => setMaking(false)} />
    </Screen>
  );
}
