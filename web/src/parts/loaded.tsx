/**
 * Screens and parts whose code is fetched when they are first shown. Without a network they wait for
 * it and try again, so that nobody loses the screen around them.
 */
import { type ComponentType, useEffect, useState } from "react";
import { Button } from "@mantine/core";
import { useTexts } from "../texts";
import { Empty, Waiting } from "./states";

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

export type Loaded<Props> = {
  Shown: ComponentType<Props>;
  /** Fetch it before it is shown. Never fails: where it does, it is fetched again when shown. */
  load: () => Promise<void>;
};

/** `lost`: nobody answers. `refused`: the server answers, but no longer has this file. */
export type Way = "coming" | "lost" | "refused";

type Meanwhile<Props> = ComponentType<{ way: Way; props: Props }>;

const AGAIN_MS = 3_000;

export function loaded<Props extends object>(
  fetch: Load<Props>,
  Before: Meanwhile<Props>,
): Loaded<Props> {
  let found: ComponentType<Props> | null = null;
  const load = async () => {
    found ??= (await fetch()).default;
  };
  const Shown = (props: Props) => {
    // Kept for as long as it is shown: another component in its place would lose its state.
    const [Component, setComponent] = useState(() => found);
    const way = useTries(Component === null ? load : null, () => setComponent(() => found));
    return Component ? <Component {...props} /> : <Before way={way} props={props} />;
  };
  return { Shown, load: () => load().catch(() => {}) };
}

/** Try until it works: at once, after a while, and when the browser says that the network is back. */
function useTries(load: (() => Promise<void>) | null, onDone: () => void): Way {
  const [way, setWay] = useState<Way>("coming");
  const isNeeded = load !== null;
  useEffect(() => {
    if (!load) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closed = false;
    const tryNow = async () => {
      clearTimeout(timer);
      const next = await attempt(load);
      if (closed) return;
      if (next === null) return onDone();
      setWay(next);
      timer = setTimeout(() => void tryNow(), AGAIN_MS);
    };
    const onOnline = () => void tryNow();
    window.addEventListener("online", onOnline);
    void tryNow();
    return () => {
      closed = true;
      clearTimeout(timer);
      window.removeEventListener("online", onOnline);
    };
    // The functions are those of the first drawing; only whether they are needed changes.
  }, [isNeeded]);
  return way;
}

/** Why it did not work; null if it did. */
async function attempt(load: () => Promise<void>): Promise<Way | null> {
  try {
    await load();
    return null;
  } catch {
    if (!(await isServerThere())) return "lost";
  }
  // It came back in this very moment, or the file is gone.
  return load().then(
    () => null,
    () => "refused",
  );
}

const isServerThere = (): Promise<boolean> =>
  fetch("/healthz", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );

/** A whole screen. */
export const loadedScreen = (fetch: Load<object>): Loaded<object> => loaded(fetch, ScreenToCome);

function ScreenToCome({ way }: { way: Way }) {
  const texts = useTexts().states;
  if (way === "coming") return <Waiting />;
  if (way === "lost")
    return (
      <Empty title={texts.lost}>
        <span role="alert">{texts.lostHint}</span>
      </Empty>
    );
  return (
    <Empty
      title={texts.outdated}
      actions={<Button onClick={() => location.reload()}>{texts.reload}</Button>}
    >
      <span role="alert">{texts.outdatedHint}</span>
    </Empty>
  );
}

/** A part that the screen can do without until it is there. */
export const loadedPart = <Props extends object>(fetch: Load<Props>): ComponentType<Props> =>
  loaded(fetch, Nothing).Shown;

const Nothing = () => null;
