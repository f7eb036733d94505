import { Button, PasswordInput, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { acceptInvitation, previewInvitation } from "../../api/session";
import { explain } from "../../app/notice";
import { useSessionState } from "../../app/session";
import { Waiting } from "../../parts/states";
import { useTexts } from "../../texts";
import { Card } from "./Card";
import { takeToken } from "./token";

/** Makes an account from an invitation. */
export default function InviteScreen() {
  const texts = useTexts();
  const { enter } = useSessionState();
  const [, go] = useLocation();
  const [token] = useState(takeToken);
  const [form, setForm] = useState({ username: "", first_name: "", last_name: "", password: "" });
  const preview = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => previewInvitation(token),
    retry: false,
  });
  const joining = useMutation({
    mutationFn: () => acceptInvitation({ ...form, last_name: form.last_name || null, token }),
    onSuccess: (session) => {
      enter(session);
      go("/", { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    joining.mutate();
  };
  const bind = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });

  if (preview.isPending) return <Waiting />;
  if (preview.error)
    return (
      <Card title={texts.signIn.inviteTitle}>
        <Text role="alert">
          {explain(preview.error, texts)} {texts.signIn.inviteAnew}
        </Text>
      </Card>
    );
  const { role, workspaces } = preview.data;
  return (
    <Card
      title={texts.signIn.inviteTitle}
      hint={texts.signIn.inviteHint(texts.account.roles[role], workspaces.join(", "))}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={texts.signIn.username}
            description={texts.signIn.usernameRule}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            autoFocus
            {...bind("username")}
          />
          <SimpleGrid cols={2} spacing="sm">
            <TextInput
              label={texts.signIn.firstName}
              autoComplete="given-name"
              required
              withAsterisk={false}
              {...bind("first_name")}
            />
            <TextInput
              label={texts.signIn.lastName}
              autoComplete="family-name"
              {...bind("last_name")}
            />
          </SimpleGrid>
          <PasswordInput
            label={texts.signIn.newPassword}
            description={texts.signIn.passwordRule}
            autoComplete="new-password"
            minLength={8}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": texts.signIn.showPassword, tabIndex: 0 }}
            {...bind("password")}
          />
          {joining.error && (
            <Text role="alert" c="var(--bad)" size="sm">
              {explain(joining.error, texts)}
            </Text>
          )}
          <Button type="submit" size="md" loading={joining.isPending}>
            {texts.signIn.join}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
