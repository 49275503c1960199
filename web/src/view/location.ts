import { useEffect, useReducer } from "preact/hooks";

/** Where the viewer is: all that decides what is shown. */
export interface Place {
  /** The path's segments, decoded. */
  segments: string[];
  query: URLSearchParams;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function read(): Place {
  const segments = window.location.pathname.split("/").filter((segment) => segment !== "");
  return { segments: segments.map(decoded), query: new URLSearchParams(window.location.search) };
}

let place = read();
const watchers = new Set<() => void>();

function moved(): void {
  place = read();
  for (const watcher of watchers) watcher();
}

/** Leads elsewhere within the dashboard; `replace` leaves no entry to go back to. */
export function go(href: string, { replace = false } = {}): void {
  if (href === window.location.pathname + window.location.search) return;
  const samePath = new URL(href, window.location.href).pathname === window.location.pathname;
  window.history[replace ? "replaceState" : "pushState"](null, "", href);
  moved();
  if (!replace && !samePath) window.scrollTo(0, 0);
}

/** What changes in a query: `null` takes a member out, a list makes several of one name. */
export type Changes = Record<string, string | readonly string[] | null>;

/** The query with changes, as the end of an address. */
export function changed(query: URLSearchParams, changes: Changes): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (typeof value === "string") next.set(name, value);
    else for (const one of value ?? []) next.append(name, one);
  }
  const text = next.toString();
  return text === "" ? "" : `?${text}`;
}

/** Changes members of this view's query. By default the entry in the history is replaced: these are adjustments. */
export function adjust(changes: Changes, { replace = true } = {}): void {
  go(window.location.pathname + changed(new URLSearchParams(window.location.search), changes), { replace });
}

/** The address of this view with changes: for links that can be opened in another tab. */
export function here(changes: Changes): string {
  return window.location.pathname + changed(place.query, changes);
}

/** Where the viewer is; the component is drawn again when that changes. */
export function usePlace(): Place {
  const [, draw] = useReducer((rounds: number) => rounds + 1, 0);
  useEffect(() => {
    const watcher = (): void => draw(undefined);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  }, []);
  return place;
}

/** Makes ordinary links lead without loading the page anew. Called once. */
export function followLinks(): void {
  window.addEventListener("popstate", moved);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== window.location.origin) return;
    if (link.pathname.startsWith("/api/") || link.hash !== "") return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
