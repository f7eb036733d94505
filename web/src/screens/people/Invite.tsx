import { Button, Modal, MultiSelect, Select, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { invite } from "../../api/lead";
import type { Role } from "../../api/session";
import type { Workspace } from "../../api/types";
import { notifyError } from "../../app/notice";
import { Once } from "../../lead/Once";
import { useTexts } from "../../texts";
import { useLeadTexts } from "../../texts/lead";
import classes from "./people.module.css";

type Props = { workspaces: Workspace[]; owner: boolean };

export function Invite({ workspaces, owner }: Props) {
  const texts = useTexts();
  const lead = useLeadTexts();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState<Role>("annotator");
  const [into, setInto] = useState<string[]>([]);
  const making = useMutation({
    mutationFn: () => invite(role, into),
    onError: (error) => notifyError(error, texts),
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
  const close = () => {
    setOpen(false);
    making.reset();
  };
  const path = making.data?.path;
  return (
    <>
      <Button
        onClick={() => {
          setInto(workspaces.slice(0, 1).map(({ id }) => id));
          setOpen(true);
        }}
      >
        {lead.people.invite}
      </Button>
      <Modal opened={open} onClose={close} title={lead.people.invite}>
        {path ? (
          <div className={classes.dialog}>
            <Once label={lead.people.linkOnce} value={location.origin + path} />
          </div>
        ) : (
          <form
            className={classes.dialog}
            onSubmit={(event) => {
              event.preventDefault();
              making.mutate();
            }}
          >
            <Text c="dimmed" size="sm">
              {lead.people.inviteHint}
            </Text>
            <Select
              label={lead.people.inviteAs}
              data={(owner ? ["annotator", "admin", "owner"] : ["annotator"]).map((value) => ({
                value,
                label: lead.people.roles[value as Role],
              }))}
              value={role}
              onChange={(value) => setRole((value ?? "annotator") as Role)}
              allowDeselect={false}
            />
            <MultiSelect
              label={lead.people.into}
              data={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
              value={into}
              onChange={setInto}
            />
            <Button type="submit" loading={making.isPending}>
              {lead.people.makeLink}
            </Button>
          </form>
        )}
      </Modal>
    </>
  );
}
