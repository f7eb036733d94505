/** Oneself: theme, language, signing out. */
import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "wouter";
import { signOut, signOutEverywhere } from "../api/session";
import { notifyError } from "../app/notice";
import { useSession, useSessionState } from "../app/session";
import { LANGUAGES, type Language, chooseLanguage, useLanguage, useTexts } from "../texts";
import classes from "./AccountMenu.module.css";
import { IconCheck } from "./icons";

const SCHEMES = ["light", "dark", "auto"] as const;

export function AccountMenu() {
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
  const name = [user.first_name, user.last_name].filter(Boolean).join(" ") || user.username;
  const initial = [...name][0]?.toUpperCase() ?? "?";
  const mark = (chosen: boolean) => (chosen ? <IconCheck /> : <span className={classes.gap} />);

  return (
    <Menu width={232} position="bottom-end" shadow="md" radius="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          radius="xl"
          aria-label={texts.account.menu(name)}
        >
          <span className={classes.face} aria-hidden>
            {initial}
          </span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <bdi className={classes.name}>{name}</bdi>
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
        <Menu.Item onClick={() => leaving.mutate(true)}>
          {texts.account.signOutEverywhere}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
