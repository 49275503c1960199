import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../api/contract.ts";

/** Who is asking, and of which store. There is one below `App`, always. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("there is no session outside of `App`");
  return session;
}

/** The server's time when the session was asked for, in milliseconds since 1970; the browser's if it tells none. */
export function nowOf(session: Session): number {
  const now = Date.parse(session.now);
  return Number.isFinite(now) ? now : Date.now();
}

/** The moment up to which there is something to see. */
export interface Latest {
  /** In milliseconds since 1970: now, or noon of the store's newest day where that lies before today. */
  at: number;
  isNow: boolean;
}

/** Where the usual ranges of time end: an archive that is not fed any more opens on its last days. */
export function latestOf(session: Session): Latest {
  const now = nowOf(session);
  const newest = Date.parse(`${session.store.newest_day ?? ""}T12:00:00Z`);
  const isOld = Number.isFinite(newest) && newest < now - 36 * 3_600_000;
  return isOld ? { at: newest, isNow: false } : { at: now, isNow: true };
}
