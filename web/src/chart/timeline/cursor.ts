import { useEffect, useMemo, useState } from "preact/hooks";

/** The minute at which somebody points, shared by all that lies on one time axis. It is no part of the address. */
export interface Cursor {
  readonly minute: number | null;
  point(minute: number | null): void;
  watch(watcher: (minute: number | null) => void): () => void;
}

export function useCursor(): Cursor {
  return useMemo(() => {
    const watchers = new Set<(minute: number | null) => void>();
    let minute: number | null = null;
    return {
      get minute() {
        return minute;
      },
      point(next) {
        if (next === minute) return;
        minute = next;
        for (const watcher of watchers) watcher(next);
      },
      watch(watcher) {
        watchers.add(watcher);
        return () => {
          watchers.delete(watcher);
        };
      },
    };
  }, []);
}

/** The minute that is pointed at; the component is drawn again when it changes. */
export function useMinute(cursor: Cursor): number | null {
  const [minute, setMinute] = useState(cursor.minute);
  useEffect(() => cursor.watch(setMinute), [cursor]);
  return minute;
}
