import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePassword } from "../../api/session";
import { explain } from "../../app/notice";
import { useTexts } from "../../texts";

type Props = {
  /** Whether the current password is asked for; it is not where it must be changed. */
  askCurrent: boolean;
  onChanged: () => void;
};

export function NewPasswordForm({ askCurrent, onChanged }: Props) {
  const texts = useTexts();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const changing = useMutation({
    mutationFn: () => changePassword(askCurrent ? current : null, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      onChanged();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate();
  };
  const toggle = { "aria-label": texts.signIn.showPassword, tabIndex: 0 };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {askCurrent && (
          <PasswordInput
            label={texts.signIn.currentPassword}
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={toggle}
          />
        )}
        <PasswordInput
          label={texts.signIn.newPassword}
          description={texts.signIn.passwordRule}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          autoComplete="new-password"
          minLength={8}
          required
          withAsterisk={false}
          visibilityToggleButtonProps={toggle}
        />
        {changing.error && (
          <Text role="alert" c="var(--bad)" size="sm">
            {explain(changing.error, texts)}
          </Text>
        )}
        <Button type="submit" loading={changing.isPending}>
          {texts.signIn.setPassword}
        </Button>
      </Stack>
    </form>
  );
}
