import { Modal, Stack, Text } from "@mantine/core";
import { useTexts } from "../../texts";
import { SignInForm } from "./SignInForm";

/** Asks for the password over the open screen, whose unsaved work stays where it is. */
export function SignInAgain({ username }: { username: string }) {
  const texts = useTexts();
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={texts.signIn.againTitle}
      size="sm"
    >
      <Stack>
        <Text c="dimmed">{texts.signIn.againHint}</Text>
        <SignInForm username={username} />
      </Stack>
    </Modal>
  );
}
