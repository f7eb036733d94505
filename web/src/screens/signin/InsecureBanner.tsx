import { useState } from "react";
import { useTexts } from "../../texts";
import classes from "./InsecureBanner.module.css";

const KEY = "goldspan.insecure-seen";

/** Says that others on the network can read along, until that was read. */
export function InsecureBanner() {
  const texts = useTexts();
  const [seen, setSeen] = useState(sessionStorage.getItem(KEY) !== null);
  if (seen) return null;
  const close = () => {
    sessionStorage.setItem(KEY, "1");
    setSeen(true);
  };
  return (
    <div className={classes.banner} role="note">
      <span>{texts.signIn.insecure}</span>
      <button type="button" className={classes.close} onClick={close}>
        {texts.signIn.understood}
      </button>
    </div>
  );
}
