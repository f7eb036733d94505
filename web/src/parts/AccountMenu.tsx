/** Oneself, at the end of the bar: opens theme, language, signing out. */
import { useSession } from "../app/session";
import { useTexts } from "../texts";
import classes from "./AccountMenu.module.css";
import { IconButton } from "./buttons";
import { LaterMenu } from "./LaterMenu";
import { nameOf } from "./names";

const load = () => import("./AccountItems");

export function AccountMenu() {
  const texts = useTexts();
  const name = nameOf(useSession().user);
  const initial = [...name][0]?.toUpperCase() ?? "?";
  return (
    <LaterMenu
      target={
        <IconButton round label={texts.account.menu(name)}>
          <span className={classes.face} aria-hidden>
            {initial}
          </span>
        </IconButton>
      }
      load={load}
      menu={{}}
    />
  );
}
