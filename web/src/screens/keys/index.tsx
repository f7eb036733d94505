/** One's own API keys: made, shown once, revoked. */
import { ActionIcon, Button, Modal, Select, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiKey, type Scope, listKeys, makeKey, revokeKey } from "../../api/lead";
import { notifyDone, notifyError } from "../../app/notice";
import { Once } from "../../lead/Once";
import { day } from "../../lead/format";
import { IconClose } from "../../parts/icons";
import { Screen } from "../../parts/Screen";
import { BrokenScreen, Waiting } from "../../parts/states";
import { useLanguage, useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "../people/people.module.css";

const KEY = ["keys"];
const SCOPES: Scope[] = ["admin", "annotate", "read"];
const DAYS = [30, 90, 365];
const DAY_MS = 86_400_000;

export default function KeysScreen() {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const keys = useQuery({ queryKey: KEY, queryFn: listKeys });
  const revoking = useMutation({
    mutationFn: revokeKey,
    onSuccess: () => notifyDone(lead.keys.revoked),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  if (keys.error) return <BrokenScreen error={keys.error} onAgain={() => void keys.refetch()} />;
  return (
    <Screen crumbs={[{ label: lead.keys.title }]} width="narrow">
      <header className={classes.head}>
        <div>
          <Title order={1}>{lead.keys.title}</Title>
          <span className={classes.hint}>{lead.keys.hint}</span>
        </div>
        <MakeKey />
      </header>
      {keys.data ? (
        <ul className={classes.list} aria-label={lead.keys.title}>
          {keys.data.length === 0 && <li className={classes.hint}>{lead.keys.none}</li>}
          {keys.data.map((one) => (
            <KeyLine key={one.id} apiKey={one} onRevoke={() => revoking.mutate(one.id)} />
          ))}
        </ul>
      ) : (
        <Waiting />
      )}
    </Screen>
  );
}

function KeyLine({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const { name, prefix, scope, expires_at, last_used_at } = apiKey;
  return (
    <li>
      <strong dir="auto">{name}</strong>
      <span className={classes.hint}>
        {[
          prefix && `${prefix}…`,
          lead.keys.scopes[scope],
          last_used_at ? lead.keys.lastUsed(day(last_used_at, language)) : lead.keys.unused,
          expires_at && lead.keys.until(day(expires_at, language)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={lead.keys.revoke(name)}
        onClick={onRevoke}
      >
        <IconClose />
      </ActionIcon>
    </li>
  );
}

function MakeKey() {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("admin");
  const [days, setDays] = useState("90");
  const making = useMutation({
    mutationFn: () =>
      makeKey(
        name.trim(),
        scope,
        days === "never" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
      ),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const close = () => {
    setOpen(false);
    setName("");
    making.reset();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{lead.keys.make}</Button>
      <Modal opened={open} onClose={close} title={lead.keys.make}>
        {making.data?.key ? (
          <div className={classes.dialog}>
            <Once label={lead.keys.once} value={making.data.key} />
            <Button variant="default" onClick={close}>
              {lead.keys.done}
            </Button>
          </div>
        ) : (
          <form
            className={classes.dialog}
            onSubmit={(event) => {
              event.preventDefault();
              making.mutate();
            }}
          >
            <TextInput
              label={lead.keys.name}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              data-autofocus
            />
            <Select
              label={lead.keys.scope}
              data={SCOPES.map((value) => ({ value, label: lead.keys.scopes[value] }))}
              value={scope}
              onChange={(value) => setScope((value ?? "admin") as Scope)}
              allowDeselect={false}
            />
            <Select
              label={lead.keys.expires}
              data={[
                ...DAYS.map((n) => ({ value: String(n), label: lead.keys.inDays(n) })),
                { value: "never", label: lead.keys.never },
              ]}
              value={days}
              onChange={(value) => setDays(value ?? "90")}
              allowDeselect={false}
            />
            <Button type="submit" loading={making.isPending} disabled={!name.trim()}>
              {lead.keys.make}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
