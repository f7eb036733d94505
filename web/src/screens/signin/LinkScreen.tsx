import { Button, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { signInByLink } from "../../api/session";
import { explain } from "../../app/notice";
import { useSessionState } from "../../app/session";
import { useTexts } from "../../texts";
import { Card } from "./Card";
import { takeToken } from "./token";

/**
 * Signs in by a one-time link. It takes a click, so that a program which looks at addresses
 * before people do (a mail filter, a chat's preview) does not use the link up.
 */
export default function LinkScreen() {
  const texts = useTexts();
  const { enter } = useSessionState();
  const [, go] = useLocation();
  const [token] = useState(takeToken);
  const entering = useMutation({
    mutationFn: () => signInByLink(token),
    onSuccess: (session) => {
      enter(session);
      go("/", { replace: true });
    },
  });
  return (
    <Card title={texts.signIn.linkTitle} hint={texts.signIn.linkHint}>
      <Stack>
        {entering.error && (
          <Text role="alert" c="var(--bad)">
            {explain(entering.error, texts)} {texts.signIn.linkAnew}
          </Text>
        )}
        {token ? (
          <Button size="md" loading={entering.isPending} onClick={() => entering.mutate()} autoFocus>
            {texts.signIn.linkGo}
          </Button>
        ) : (
          <Text role="alert">{texts.signIn.linkEmpty}</Text>
        )}
      </Stack>
    </Card>
  );
}
