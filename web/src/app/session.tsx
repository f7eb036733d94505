/** Who is signed in, for every screen; asks again over the open screen when a session ends. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, createContext, useCallback, useContext, useEffect, useState } from "react";
import { listenForSignOut } from "../api/http";
import type { Session } from "../api/session";
import { BrokenScreen, Waiting } from "../parts/states";
import { SESSION } from "./sessionQuery";

type SessionState = {
  session: Session | null;
  /** The session has ended while a screen was open; its work is still there. */
  expired: boolean;
  /** Take over what a sign-in answered. */
  enter: (session: Session) => void;
  leave: () => void;
  /** Read the session again. */
  renew: () => Promise<void>;
};

const Context = createContext<SessionState | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [expired, setExpired] = useState(false);
  const { data, error, isPending, refetch } = useQuery(SESSION);

  useEffect(() => listenForSignOut(() => setExpired(true)), []);

  const enter = useCallback(
    (session: Session) => {
      const before = client.getQueryData<Session | null>(SESSION.queryKey);
      // Another person must not see what was loaded for the one before.
      if (before && before.user.id !== session.user.id) {
        location.assign("/");
        return;
      }
      client.setQueryData(SESSION.queryKey, session);
      setExpired(false);
      if (before) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
    [client],
  );
  const leave = useCallback(() => {
    client.clear();
    location.assign("/");
  }, [client]);
  const renew = useCallback(async () => {
    await client.refetchQueries({ queryKey: SESSION.queryKey });
  }, [client]);

  if (isPending) return <Waiting />;
  if (error) return <BrokenScreen error={error} onAgain={() => void refetch()} />;
  return <Context value={{ session: data, expired, enter, leave, renew }}>{children}</Context>;
}

export function useSessionState(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error("useSessionState outside of SessionProvider");
  return state;
}

/** The session, on screens that are shown to those who are signed in only. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error("useSession on a screen that is open to strangers");
  return session;
}
