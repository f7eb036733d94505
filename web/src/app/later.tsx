/**
 * What nobody needs to see the first screen, loaded while they look at it: notices, and what an
 * annotator may open while the network is away.
 */
import { type ComponentType, useEffect, useState } from "react";

const AFTER_MS = 1_500;
const AGAIN_MS = 5_000;

type NoticesProps = { position: "top-center"; limit: number };

async function load(): Promise<ComponentType<NoticesProps>> {
  const [{ Notifications }] = await Promise.all([
    import("@mantine/notifications"),
    import("../parts/AccountItems"),
    import("../parts/ItemsMenu"),
    import("../shortcuts/HelpSheet"),
    import("../screens/signin/SignInAgain"),
  ]);
  return Notifications;
}

export function Later() {
  const [Notices, setNotices] = useState<ComponentType<NoticesProps> | null>(null);
  useEffect(() => {
    let timer = setTimeout(run, AFTER_MS);
    function run(): void {
      load().then(
        (found) => setNotices(() => found),
        // The network is away, which must not disturb whoever is working.
        () => {
          timer = setTimeout(run, AGAIN_MS);
        },
      );
    }
    return () => clearTimeout(timer);
  }, []);
  return Notices && <Notices position="top-center" limit={3} />;
}
