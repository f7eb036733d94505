import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/http";
import { signIn } from "../../api/session";
import { explain } from "../../app/notice";
import { useSessionState } from "../../app/session";
import { useTexts } from "../../texts";

/** Name and password. `username` is given where somebody signs in again. */
export function SignInForm({ username: known }: { username?: string }) {
  const texts = useTexts();
  const { enter } = useSessionState();
  const [username, setUsername] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const entering = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: enter,
    onError: () => setPassword(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate();
  };
  const refused = entering.error instanceof ApiError && entering.error.status === 401;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={texts.signIn.username}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          data-autofocus={known ? undefined : true}
          autoFocus={!known}
          size="md"
        />
        <PasswordInput
          label={texts.signIn.password}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={known ? true : undefined}
          autoFocus={Boolean(known)}
          size="md"
          visibilityToggleButtonProps={{ "aria-label": texts.signIn.showPassword, tabIndex: 0 }}
        />
        {entering.error && (
          <Text role="alert" c="var(--bad)" size="sm">
            {refused ? texts.signIn.refused : explain(entering.error, texts)}
          </Text>
        )}
        <Button type="submit" size="md" loading={entering.isPending} fullWidth>
          {texts.signIn.submit}
        </Button>
      </Stack>
    </form>
  );
}
