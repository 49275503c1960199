/** What a clock on a wall of a zone shows. */
export interface Wall {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export const UTC = "UTC";

/** The viewer's zone by its IANA name; UTC where the browser does not tell. */
export function viewersZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zone === "" || zone === "Etc/UTC" ? UTC : zone;
}

/** Whether the browser knows a zone of this name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** What clocks in a zone show at an instant, in milliseconds since 1970. */
export function wallAt(instant: number, zone: string): Wall {
  const wall: Wall = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of clockOf(zone).formatToParts(instant)) {
    if (type in wall) wall[type as keyof Wall] = Number(value);
  }
  return wall;
}

function asIfUtc(wall: Wall): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
}

/**
 * The instant at which clocks in a zone show this. Where they show it twice, the first; where they skip it, as much
 * later as they skip.
 */
export function instantOf(wall: Wall, zone: string): number {
  const meant = asIfUtc(wall);
  const offsetAt = (instant: number): number => asIfUtc(wallAt(instant, zone)) - instant;
  // No zone is more than a day off, and none changes twice within two: one of these offsets is right.
  const before = offsetAt(meant - 86_400_000);
  const after = offsetAt(meant + 86_400_000);
  const early = meant - Math.max(before, after);
  if (asIfUtc(wallAt(early, zone)) === meant) return early;
  const late = meant - Math.min(before, after);
  return asIfUtc(wallAt(late, zone)) === meant ? late : meant - before;
}

/** A day of the calendar as `2026-11-22`. */
export type DayText = string;

/** The day that it is in a zone. */
export function dayAt(instant: number, zone: string): DayText {
  const { year, month, day } = wallAt(instant, zone);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The day so many days after a day; before it, by a negative number. */
export function dayAfter(day: DayText, days: number): DayText {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** How many days lie between two. */
export function daysBetween(from: DayText, to: DayText): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Whether a text is a day that exists. */
export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(Date.parse(`${text}T00:00:00Z`)) && dayAfter(text, 0) === text
  );
}

/** The instant at which a day begins in a zone. */
export function startOf(day: DayText, zone: string): number {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return instantOf({ year, month, day: date, hour: 0, minute: 0, second: 0 }, zone);
}
