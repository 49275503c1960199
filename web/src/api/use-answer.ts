import { useEffect, useState } from "preact/hooks";
import { ask, AskError } from "./ask.ts";
import type { Problem } from "./contract.ts";

/**
 * How far a question has come. `data` is there while it is asked anew, too, and then belongs to the question before:
 * `state` says so.
 */
export type Asking<Answer> =
  | { state: "asking"; data: Answer | null }
  | { state: "answered"; data: Answer }
  | { state: "failed"; data: null; problem: Problem };

/** How many answers are kept, so that going back shows at once what was there. */
const KEPT = 24;
const kept = new Map<string, unknown>();

function keep(address: string, answer: unknown): void {
  kept.delete(address);
  kept.set(address, answer);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
}

/**
 * Asks whenever the address changes, and forgets about answers that nobody waits for any more.
 *
 * An answer that is kept is shown at once, and asked for again: the server says by its ETag whether it still holds.
 *
 * @param address as `question` makes it; `null` asks nothing.
 */
export function useAnswer<Answer>(address: string | null): Asking<Answer> & { again: () => void } {
  const [round, setRound] = useState(0);
  const [held, setHeld] = useState<{ address: string | null; asking: Asking<Answer> }>({
    address: null,
    asking: { state: "asking", data: null },
  });

  useEffect(() => {
    if (address === null) return undefined;
    const stop = new AbortController();
    ask<Answer>(address, stop.signal).then(
      (data) => {
        keep(address, data);
        if (!stop.signal.aborted) setHeld({ address, asking: { state: "answered", data } });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof AskError ? error.problem : { status: 0, title: String(error) };
        setHeld({ address, asking: { state: "failed", data: null, problem } });
      },
    );
    return () => stop.abort();
  }, [address, round]);

  const again = (): void => {
    setHeld({ address: null, asking: { state: "asking", data: null } });
    setRound(round + 1);
  };
  if (held.address === address) return { ...held.asking, again };
  const known = address === null ? undefined : (kept.get(address) as Answer | undefined);
  if (known !== undefined) return { state: "answered", data: known, again };
  return { state: "asking", data: held.asking.data, again };
}
