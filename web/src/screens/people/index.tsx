/** Who is in which workspace, and who is invited. */
import { ActionIcon, Button, Select, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Redirect } from "wouter";
import {
  addMember,
  changeRole,
  createWorkspace,
  deleteUser,
  listInvitations,
  listMembers,
  listUsers,
  listWorkspaces,
  removeMember,
  revokeInvitation,
} from "../../api/lead";
import type { Role } from "../../api/session";
import type { User } from "../../api/types";
import { notifyError } from "../../app/notice";
import { useSession } from "../../app/session";
import { Confirm } from "../../lead/Confirm";
import { day } from "../../lead/format";
import { IconClose } from "../../parts/icons";
import { nameOf } from "../../parts/names";
import { Screen } from "../../parts/Screen";
import { Broken, Waiting } from "../../parts/states";
import { useLanguage, useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import { Invite } from "./Invite";
import classes from "./people.module.css";

const ROLES: Role[] = ["owner", "admin", "annotator"];

export default function PeopleScreen() {
  const lead = useLeadTexts();
  const { user } = useSession();
  if (user.role === "annotator") return <Redirect to="/" />;
  return (
    <Screen crumbs={[{ label: lead.people.title }]} width="narrow">
      <People owner={user.role === "owner"} />
    </Screen>
  );
}

function usePeopleChange() {
  const texts = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (make: () => Promise<unknown>) => make(),
    onError: (error) => notifyError(error, texts),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["people"] }),
        client.invalidateQueries({ queryKey: ["workspaces"] }),
      ]),
  });
}

function People({ owner }: { owner: boolean }) {
  const lead = useLeadTexts();
  const language = useLanguage();
  const [workspace, setWorkspace] = useState<string | null>(null);
  const { mutate } = usePeopleChange();
  const workspaces = useQuery({ queryKey: ["workspaces"], queryFn: listWorkspaces });
  const chosen = workspace ?? workspaces.data?.[0]?.id ?? null;
  const members = useQuery({
    queryKey: ["people", "members", chosen],
    queryFn: () => listMembers(chosen ?? ""),
    enabled: chosen !== null,
  });
  const users = useQuery({ queryKey: ["people", "users"], queryFn: listUsers, enabled: owner });
  const invitations = useQuery({ queryKey: ["people", "invitations"], queryFn: listInvitations });
  const error = workspaces.error ?? members.error ?? users.error;
  if (error) return <Broken error={error} onAgain={() => void workspaces.refetch()} />;
  if (!workspaces.data) return <Waiting />;
  const inside = new Set(members.data?.map(({ id }) => id));
  const others = users.data?.filter(({ id, role }) => !inside.has(id) && role !== "owner") ?? [];
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Title order={1}>{lead.people.title}</Title>
        <Invite workspaces={workspaces.data} owner={owner} />
      </header>
      <section>
        <div className={classes.line}>
          {workspaces.data.length > 0 && (
            <Select
              label={lead.people.workspace}
              data={workspaces.data.map(({ id, name }) => ({ value: id, label: name }))}
              value={chosen}
              onChange={setWorkspace}
              allowDeselect={false}
            />
          )}
          {owner && <NewWorkspace onMade={setWorkspace} />}
        </div>
        {members.data?.length === 0 && <p className={classes.hint}>{lead.people.noMembers}</p>}
        <ul className={classes.list} aria-label={lead.people.members}>
          {members.data?.map((member) => (
            <li key={member.id}>
              <strong dir="auto">{nameOf(member)}</strong>
              <span className={classes.hint}>
                {member.username} · {lead.people.roles[member.role]}
              </span>
              {owner && chosen && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={lead.people.remove(nameOf(member))}
                  onClick={() => mutate(() => removeMember(chosen, member.id))}
                >
                  <IconClose />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
        {owner && chosen && others.length > 0 && (
          <Select
            className={classes.add}
            aria-label={lead.people.add}
            placeholder={lead.people.add}
            data={others.map((one) => ({
              value: one.id,
              label: `${nameOf(one)} (${one.username})`,
            }))}
            value={null}
            onChange={(id) => id && mutate(() => addMember(chosen, id))}
            searchable
          />
        )}
      </section>
      {owner && users.data && (
        <section>
          <h2 className={classes.heading}>{lead.people.everybody}</h2>
          <ul className={classes.list} aria-label={lead.people.everybody}>
            {users.data.map((one) => (
              <Person key={one.id} user={one} onChange={mutate} />
            ))}
          </ul>
        </section>
      )}
      {invitations.data && invitations.data.length > 0 && (
        <section>
          <h2 className={classes.heading}>{lead.people.invitations}</h2>
          <ul className={classes.list}>
            {invitations.data.map((one) => (
              <li key={one.id}>
                <strong>{lead.people.roles[one.role]}</strong>
                <span className={classes.hint}>
                  {lead.people.until(day(one.expires_at, language))}
                </span>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="gray"
                  onClick={() => mutate(() => revokeInvitation(one.id))}
                >
                  {lead.people.revoke}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Person({
  user,
  onChange,
}: {
  user: User;
  onChange: (make: () => Promise<unknown>) => void;
}) {
  const lead = useLeadTexts();
  const { user: self } = useSession();
  const own = user.id === self.id;
  return (
    <li>
      <strong dir="auto">{nameOf(user)}</strong>
      <span className={classes.hint}>{user.username}</span>
      <Select
        className={classes.role}
        size="xs"
        aria-label={`${lead.people.role}: ${nameOf(user)}`}
        data={ROLES.map((value) => ({ value, label: lead.people.roles[value] }))}
        value={user.role}
        onChange={(role) => role && onChange(() => changeRole(user.id, role as Role))}
        allowDeselect={false}
        disabled={own}
      />
      {!own && (
        <Confirm
          title={lead.people.deleteTitle(nameOf(user))}
          hint={lead.people.deleteHint}
          keep={lead.people.cancel}
          go={lead.people.delete(nameOf(user))}
          onGo={() => onChange(() => deleteUser(user.id))}
        >
          {(open) => (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={lead.people.delete(nameOf(user))}
              onClick={open}
            >
              <IconClose />
            </ActionIcon>
          )}
        </Confirm>
      )}
    </li>
  );
}

function NewWorkspace({ onMade }: { onMade: (id: string) => void }) {
  const lead = useLeadTexts();
  const [name, setName] = useState("");
  const { mutate, isPending } = usePeopleChange();
  return (
    <form
      className={classes.line}
      onSubmit={(event) => {
        event.preventDefault();
        mutate(async () => {
          onMade((await createWorkspace(name.trim())).id);
          setName("");
        });
      }}
    >
      <TextInput
        label={lead.people.newWorkspace}
        placeholder={lead.people.workspaceName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!name.trim()} loading={isPending}>
        {lead.people.create}
      </Button>
    </form>
  );
}
