import { changed, type Changes } from "./location.ts";

/** What goes along from one view to the next: the zone in which times are shown. */
const CARRIED = ["tz"];

/** The address of a view: its path's segments, encoded, and its query, with what is carried from this view. */
export function link(segments: readonly string[], changes: Changes = {}): string {
  const current = new URLSearchParams(window.location.search);
  const carried = new URLSearchParams();
  for (const name of CARRIED) {
    const value = current.get(name);
    if (value !== null) carried.set(name, value);
  }
  return `/${segments.map(segment).join("/")}${changed(carried, changes)}`;
}

/** A segment of a path; its dots are encoded, too, as a path that ends like a file's name is taken for a file. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll(".", "%2E");
}

/** A time from and to, as they stand in an address. */
export interface Window {
  from: string;
  to: string;
}

function windowed(window: Window | null | undefined): Changes {
  return window ? { from: window.from, to: window.to } : {};
}

export function toMeeting(uuid: string, changes: Changes = {}): string {
  return link(["meetings", uuid], changes);
}

export function toPerson(key: string, window?: Window | null): string {
  return link(["people", key], windowed(window));
}

export function toSite(name: string, window?: Window | null, changes: Changes = {}): string {
  return link(["sites", name], { ...windowed(window), ...changes });
}

export function toMeetings(window: Window | null, changes: Changes = {}): string {
  return link(["meetings"], { ...windowed(window), ...changes });
}
