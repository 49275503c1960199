/** The minutes of a meeting, and which of them are seen. */
export interface Axis {
  /** When minute 0 begins, in milliseconds since 1970. */
  begin: number;
  /** How many minutes there are. */
  minutes: number;
  /** The first minute that is seen. */
  first: number;
  /** The minute after the last that is seen. */
  last: number;
}

const MINUTE = 60_000;
/** The fewest minutes that are shown: fewer are no course of time. */
const CLOSEST = 3;

/** When a minute begins, in milliseconds since 1970. */
export function timeOf(axis: Axis, minute: number): number {
  return axis.begin + minute * MINUTE;
}

/** An axis of so many minutes, with the part of it that an address names; all of it where it names none. */
export function axisOf(begin: number, minutes: number, zoom: string | null): Axis {
  const whole = { begin, minutes, first: 0, last: minutes };
  const [from, to] = (zoom ?? "").split("..").map((text) => Date.parse(text));
  if (from === undefined || to === undefined || !Number.isFinite(from) || !Number.isFinite(to)) return whole;
  return seen(whole, Math.round((from - begin) / MINUTE), Math.round((to - begin) / MINUTE));
}

/** The axis with other minutes seen: within it, and not too few. */
export function seen(axis: Axis, first: number, last: number): Axis {
  const length = Math.min(axis.minutes, Math.max(CLOSEST, last - first));
  const begins = Math.min(Math.max(0, first), axis.minutes - length);
  return { ...axis, first: begins, last: begins + length };
}

/** What an address says of the minutes that are seen; `null` where that is all of them. */
export function zoomText(axis: Axis): string | null {
  if (axis.first === 0 && axis.last === axis.minutes) return null;
  const text = (minute: number): string => new Date(timeOf(axis, minute)).toISOString().slice(0, 16) + "Z";
  return `${text(axis.first)}..${text(axis.last)}`;
}

/** Nearer by half around a minute, or the middle. */
export function nearer(axis: Axis, around: number | null): Axis {
  return about(axis, around, (axis.last - axis.first) / 2);
}

/** Further away by as much. */
export function further(axis: Axis, around: number | null): Axis {
  return about(axis, around, (axis.last - axis.first) * 2);
}

function about(axis: Axis, around: number | null, length: number): Axis {
  const middle = around === null ? (axis.first + axis.last) / 2 : around + 0.5;
  return seen(axis, Math.round(middle - length / 2), Math.round(middle + length / 2));
}

/** Moved by a part of what is seen: 0.5 is half of it to the right. */
export function panned(axis: Axis, part: number): Axis {
  const length = axis.last - axis.first;
  const by = Math.round(length * part) || Math.sign(part);
  return seen(axis, axis.first + by, axis.last + by);
}

/** Steps between labels, in minutes. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];

/**
 * The minutes that get a label: round times of the zone's clock, at least `room` pixels apart.
 *
 * @param offset minutes that the zone's clock is ahead of UTC.
 */
export function labelled(axis: Axis, width: number, room: number, offset: number): number[] {
  const perMinute = width / (axis.last - axis.first);
  const step = STEPS.find((minutes) => minutes * perMinute >= room) ?? 1440;
  const clock = Math.floor(axis.begin / MINUTE) + offset;
  const found: number[] = [];
  for (let minute = axis.first; minute < axis.last; minute += 1) {
    if ((((clock + minute) % step) + step) % step === 0) found.push(minute);
  }
  return found;
}

/** Where a minute begins, as a part of the width that is seen; outside of 0 to 1 for what is not seen. */
export function place(axis: Axis, minute: number): number {
  return (minute - axis.first) / (axis.last - axis.first);
}
