/** The save queue of whoever is signed in, and what the browser tells it. */
import { type ReactNode, createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { putResponse } from "../api/tasks";
import { useSession, useSessionState } from "../app/session";
import { type QueueState, SaveQueue } from "./queue";
import { KeptTexts } from "./store";

type Saving = { queue: SaveQueue; unsaved: KeptTexts };

const Context = createContext<Saving | null>(null);

export function SavingProvider({ children }: { children: ReactNode }) {
  const { user } = useSession();
  const { expired } = useSessionState();
  const [saving] = useState<Saving>(() => {
    const kept = new KeptTexts(`goldspan.save.${user.id}.`);
    return {
      queue: new SaveQueue(kept, putResponse),
      unsaved: new KeptTexts(`goldspan.work.${user.id}.`),
    };
  });

  useEffect(() => {
    const { queue } = saving;
    const resume = () => queue.resume();
    const onStorage = (event: StorageEvent) => {
      if (event.key?.startsWith("goldspan.save.")) queue.refresh();
    };
    window.addEventListener("online", resume);
    window.addEventListener("storage", onStorage);
    return () => {
      window.removeEventListener("online", resume);
      window.removeEventListener("storage", onStorage);
    };
  }, [saving]);
  useEffect(() => {
    if (!expired) saving.queue.resume();
    return () => saving.queue.close();
  }, [saving, expired]);

  return <Context value={saving}>{children}</Context>;
}

export function useSaving(): Saving {
  const saving = useContext(Context);
  if (!saving) throw new Error("useSaving outside of SavingProvider");
  return saving;
}

export function useQueueState(): QueueState {
  const { queue } = useSaving();
  return useSyncExternalStore(queue.subscribe, queue.getState);
}
