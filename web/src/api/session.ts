/** Who is signed in, and how one signs in. */
import { ApiError, send } from "./http";
import type { components } from "./schema";

type Shapes = components["schemas"];

export type Role = Shapes["Role"];
export type Session = Shapes["Session"];
export type InvitationPreview = Shapes["InvitationPreview"];
export type InvitationAccept = Shapes["InvitationAccept"];

/** The session of this browser, or null if nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  try {
    return await send<Session>("GET", "/api/v1/session");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export const signIn = (username: string, password: string): Promise<Session> =>
  send("POST", "/api/v1/session", { body: { username, password } });

export const signInByLink = (token: string): Promise<Session> =>
  send("POST", "/api/v1/session/link", { body: { token } });

export const signOut = (): Promise<void> => send("DELETE", "/api/v1/session");

export const signOutEverywhere = (): Promise<void> => send("DELETE", "/api/v1/sessions");

export const changePassword = (current: string | null, next: string): Promise<void> =>
  send("PUT", "/api/v1/me/password", { body: { current_password: current, new_password: next } });

export const previewInvitation = (token: string): Promise<InvitationPreview> =>
  send("POST", "/api/v1/invitations/preview", { body: { token } });

export const acceptInvitation = (body: InvitationAccept): Promise<Session> =>
  send("POST", "/api/v1/invitations/accept", { body });
