import type { Instant } from "../api/contract.ts";
import { NONE } from "../words/number.ts";
import { dayAt, type DayText } from "./zone.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(instant: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${zone} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, made);
  }
  return made.format(instant).replace(",", "");
}

/** Milliseconds since 1970; `null` for what is missing or no time. */
export function milliseconds(instant: Instant | null | undefined): number | null {
  if (instant === null || instant === undefined) return null;
  const parsed = Date.parse(instant);
  return Number.isFinite(parsed) ? parsed : null;
}

/** `16:47`. */
export function clock(instant: number, zone: string): string {
  return format(instant, zone, { hour: "2-digit", minute: "2-digit" });
}

/** `Tue 17 Nov`. */
export function shortDay(instant: number, zone: string): string {
  return format(instant, zone, { weekday: "short", day: "numeric", month: "short" });
}

/** `Tue 17 Nov 2026`. */
export function longDay(instant: number, zone: string): string {
  return format(instant, zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}

/** `Tue 17 Nov 16:47`. */
export function moment(instant: Instant | null | undefined, zone: string): string {
  const at = milliseconds(instant);
  return at === null ? NONE : `${shortDay(at, zone)} ${clock(at, zone)}`;
}

/** A day of the calendar as `Tue 17 Nov`, whatever the zone. */
export function dayName(day: DayText): string {
  return shortDay(Date.parse(`${day}T00:00:00Z`), "UTC");
}

/** `Tue 17 Nov 2026, 16:47 to 17:58`; with both days where they differ. */
export function span(from: Instant | null, to: Instant | null, zone: string): string {
  const start = milliseconds(from);
  const end = milliseconds(to);
  if (start === null) return NONE;
  const begins = `${longDay(start, zone)}, ${clock(start, zone)}`;
  if (end === null) return begins;
  const sameDay = dayAt(start, zone) === dayAt(end, zone);
  return `${begins} to ${sameDay ? clock(end, zone) : `${shortDay(end, zone)}, ${clock(end, zone)}`}`;
}

/** The same, short and without the year: `Tue 17 Nov 16:47–17:58`. */
export function shortSpan(from: Instant | null, to: Instant | null, zone: string): string {
  const start = milliseconds(from);
  const end = milliseconds(to);
  if (start === null) return NONE;
  const begins = `${shortDay(start, zone)} ${clock(start, zone)}`;
  if (end === null) return begins;
  return dayAt(start, zone) === dayAt(end, zone)
    ? `${begins}–${clock(end, zone)}`
    : `${begins} – ${shortDay(end, zone)} ${clock(end, zone)}`;
}

/** `1 h 09 min`, `47 min`. */
export function duration(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
}
