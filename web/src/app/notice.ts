import type { NotificationData } from "@mantine/notifications";
import { ApiError, Unreachable } from "../api/http";
import type { Texts } from "../texts/en";

/** What happened and what to do, for whoever sits before the screen. */
export function explain(error: unknown, texts: Texts): string {
  if (error instanceof Unreachable) return texts.errors.unreachable;
  if (error instanceof ApiError) {
    if (error.status === 429) return texts.errors.tooMany(error.retryAfterS ?? 60);
    if (error.status >= 500) return texts.errors.server;
    return error.message;
  }
  return texts.errors.unexpected;
}

export function notifyError(error: unknown, texts: Texts): void {
  void show({ color: "red", message: explain(error, texts), autoClose: 8000 });
}

export function notifyDone(message: string): void {
  void show({ message, autoClose: 3000 });
}

/** Loaded soon after the first screen (see later.tsx), so that it is there when the network is not. */
async function show(notice: NotificationData): Promise<void> {
  const { notifications } = await import("@mantine/notifications");
  notifications.show(notice);
}
