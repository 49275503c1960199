import { useEffect } from "preact/hooks";
import { milliseconds } from "../time/format.ts";
import { dayAfter, dayAt, isDay, isZone, startOf, UTC, viewersZone } from "../time/zone.ts";
import { adjust, usePlace } from "./location.ts";
import type { Window } from "./routes.ts";
import type { Latest } from "./session.ts";

/** The zone in which times are shown: the address's, else the viewer's. */
export function useZone(): string {
  const asked = usePlace().query.get("tz");
  return asked !== null && isZone(asked) ? asked : viewersZone();
}

/** Names the zone in the address, so that a link shows the same days and times wherever it is opened. */
export function useZoneInAddress(): void {
  const zone = useZone();
  const isNamed = usePlace().query.get("tz") === zone;
  useEffect(() => {
    if (!isNamed) adjust({ tz: zone });
  }, [isNamed, zone]);
}

/** A range of time: as it stands in the address, and as the API is asked. */
export interface Range extends Window {
  zone: string;
  /** RFC 3339, inclusive. */
  start: string;
  /** RFC 3339, exclusive. */
  end: string;
}

/** What stands in an address is a day of the zone, or an instant; `null` for anything else. */
function instant(text: string | null, zone: string): number | null {
  if (text === null) return null;
  if (!isDay(text)) return /^\d{4}-.*T/.test(text) ? milliseconds(text) : null;
  return startOf(text, zone);
}

/** A range from texts; `null` where they are none, or it has no length. */
export function readRange(from: string | null, to: string | null, zone: string): Range | null {
  const start = instant(from, zone);
  const end = instant(to, zone);
  if (from === null || to === null || start === null || end === null || start >= end) return null;
  return { from, to, zone, start: text(start), end: text(end) };
}

function text(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** So many days, the last of which is today. */
export function lastDays(days: number, now: number, zone: string): Window {
  const tomorrow = dayAfter(dayAt(now, zone), 1);
  return { from: dayAfter(tomorrow, -days), to: tomorrow };
}

export function yesterday(now: number, zone: string): Window {
  const today = dayAt(now, zone);
  return { from: dayAfter(today, -1), to: today };
}

/**
 * The range of this view. Where the address has none, it is given so many days up to the latest: from then on the
 * address says exactly what is shown, wherever it is opened.
 */
export function useRange(days: number, latest: Latest): Range {
  const { query } = usePlace();
  const zone = useZone();
  const asked = readRange(query.get("from"), query.get("to"), zone);
  const fallback = lastDays(days, latest.at, zone);
  const isExact = asked !== null;
  useEffect(() => {
    if (!isExact) adjust({ from: fallback.from, to: fallback.to });
  }, [isExact, fallback.from, fallback.to]);
  return asked ?? readRange(fallback.from, fallback.to, zone) ?? { ...fallback, zone: UTC, start: "", end: "" };
}
