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
