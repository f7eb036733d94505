/** Theme, language, signing out: the menu of the account button. */
import { Menu, useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "wouter";
import { signOut, signOutEverywhere } from "../api/session";
import { notifyError } from "../app/notice";
import { useSession, useSessionState } from "../app/session";
import { LANGUAGES, type Language, chooseLanguage, useLanguage, useTexts } from "../texts";
import classes from "./AccountMenu.module.css";
import { IconCheck } from "./icons";
import type { MenuTarget } from "./LaterMenu";
import { nameOf } from "./names";
import { OpenedMenu } from "./OpenedMenu";

const SCHEMES = ["light", "dark", "auto"] as const;

export default function AccountItems({ target }: { target: MenuTarget }) {
  const texts = useTexts();
  const language = useLanguage();
  const { user } = useSession();
  const { leave } = useSessionState();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leaving = useMutation({
    mutationFn: (everywhere: boolean) => (everywhere ? signOutEverywhere() : signOut()),
    onSuccess: leave,
    onError: (error) => notifyError(error, texts),
  });
  const mark = (chosen: boolean) => (chosen ? <IconCheck /> : <span className={classes.gap} />);

  return (
    <OpenedMenu target={target} width={232} position="bottom-end" shadow="md" radius="md">
      <div className={classes.who}>
        <bdi className={classes.name}>{nameOf(user)}</bdi>
        <span className={classes.role}>{texts.account.roles[user.role]}</span>
      </div>
      <Menu.Item component={Link} href="/account">
        {texts.account.settings}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{texts.account.look}</Menu.Label>
      {SCHEMES.map((scheme) => (
        <Menu.Item
          key={scheme}
          leftSection={mark(colorScheme === scheme)}
          aria-current={colorScheme === scheme}
          onClick={() => setColorScheme(scheme)}
        >
          {texts.account.schemes[scheme]}
        </Menu.Item>
      ))}
      <Menu.Label>{texts.account.language}</Menu.Label>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <Menu.Item
          key={each}
          lang={each}
          leftSection={mark(language === each)}
          aria-current={language === each}
          onClick={() => chooseLanguage(each)}
        >
          {LANGUAGES[each]}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item onClick={() => leaving.mutate(false)}>{texts.account.signOut}</Menu.Item>
      <Menu.Item onClick={() => leaving.mutate(true)}>{texts.account.signOutEverywhere}</Menu.Item>
    </OpenedMenu>
  );
}
