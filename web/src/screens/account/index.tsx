import { Button, Group, Stack, Title } from "@mantine/core";
import { Link } from "wouter";
import { notifyDone } from "../../app/notice";
import { useSession } from "../../app/session";
import { Screen } from "../../parts/Screen";
import { useTexts } from "../../texts";
import { NewPasswordForm } from "../signin/NewPasswordForm";

/** One's own account. */
export default function AccountScreen() {
  const texts = useTexts();
  const { user } = useSession();
  return (
    <Screen crumbs={[{ label: texts.account.settings }]} width="narrow">
      <Stack gap="xl">
        <Title order={1}>{texts.account.settings}</Title>
        <Group gap="sm">
          <Button component={Link} href="/account/keys" variant="default">
            {texts.account.keys}
          </Button>
          {user.role === "owner" && (
            <Button component={Link} href="/account/webhooks" variant="default">
              {texts.account.webhooks}
            </Button>
          )}
        </Group>
        <section>
          <Title order={2} mb="md">
            {texts.account.password}
          </Title>
          <Stack maw={360}>
            <NewPasswordForm askCurrent onChanged={() => notifyDone(texts.account.passwordChanged)} />
          </Stack>
        </section>
      </Stack>
    </Screen>
  );
}
