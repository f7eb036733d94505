import { Text } from "@mantine/core";
import { useTexts } from "../../texts";
import { Card } from "./Card";
import { SignInForm } from "./SignInForm";

export function SignInScreen() {
  const texts = useTexts();
  return (
    <Card title={texts.signIn.title}>
      <SignInForm />
      <Text size="sm" c="dimmed">
        {texts.signIn.help}
      </Text>
    </Card>
  );
}
