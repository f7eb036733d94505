/** The frame of every screen: a bar with where one is, what one can do, and oneself. */
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import { useTexts } from "../texts";
import { AccountMenu } from "./AccountMenu";
import classes from "./Screen.module.css";
import { Wordmark } from "./Wordmark";

export type Crumb = { label: string; to?: string };

type Props = {
  /** Where one is, outermost first; the last one names the screen. */
  crumbs?: Crumb[];
  /** What stands at the right of the bar. */
  actions?: ReactNode;
  /** A second bar, such as a dataset's tabs. */
  tabs?: ReactNode;
  /** `reading` leaves the width to the screen; `wide` and `narrow` centre it. */
  width?: "narrow" | "wide" | "reading";
  /** The last crumb is the screen's heading, where the content has none of its own. */
  headed?: boolean;
  children: ReactNode;
};

export function Screen({ crumbs = [], actions, tabs, width = "wide", headed, children }: Props) {
  const texts = useTexts();
  const title = crumbs.at(-1)?.label;
  const isHeading = (at: number) => (headed ?? width === "reading") && at === crumbs.length - 1;
  useEffect(() => {
    document.title = title ? `${title} · Goldspan` : "Goldspan";
  }, [title]);
  return (
    <div className={classes.screen}>
      <a className={classes.skip} href="#main">
        {texts.shell.toContent}
      </a>
      <header className={classes.bar}>
        <Link href="/" className={classes.home} aria-label={texts.shell.home}>
          <Wordmark />
        </Link>
        <nav
          className={classes.crumbs}
          aria-label={texts.shell.path}
          data-tabs={Boolean(tabs) || undefined}
        >
          {crumbs.map((crumb, at) => (
            <span
              key={`${at}-${crumb.label}`}
              className={classes.crumb}
              data-last={at === crumbs.length - 1 || undefined}
            >
              <span className={classes.slash} aria-hidden>
                /
              </span>
              <Named heading={isHeading(at)}>
                {crumb.to ? (
                  <Link href={crumb.to} className={classes.back} dir="auto">
                    {crumb.label}
                  </Link>
                ) : (
                  <span aria-current="page" dir="auto">
                    {crumb.label}
                  </span>
                )}
              </Named>
            </span>
          ))}
        </nav>
        <div className={classes.actions}>{actions}</div>
        <AccountMenu />
      </header>
      {tabs && <div className={classes.tabs}>{tabs}</div>}
      <main id="main" tabIndex={-1} className={classes.main} data-width={width}>
        {children}
      </main>
    </div>
  );
}

function Named({ heading, children }: { heading: boolean; children: ReactNode }) {
  return heading ? <h1 className={classes.heading}>{children}</h1> : children;
}
