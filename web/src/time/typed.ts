import { dayAfter, dayAt, instantOf, isDay, type DayText } from "./zone.ts";

/** What was typed into the search box: words, and the time among them. */
export interface Typed {
  words: string;
  /** Milliseconds since 1970; `null` where no time was typed. */
  at: number | null;
}

/**
 * Finds a time among words: `10:00`, `yesterday 10:00`, `2026-11-17 17:20`, or an instant as RFC 3339. A day
 * alone is its noon; a time alone is that of today, or of yesterday where today's is still to come.
 */
export function readTyped(text: string, now: number, zone: string): Typed {
  const words: string[] = [];
  let day: DayText | null = null;
  let time: { hour: number; minute: number } | null = null;
  const today = dayAt(now, zone);
  for (const word of text.trim().split(/\s+/)) {
    const clock = /^(\d{1,2}):(\d\d)$/.exec(word);
    if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(word) && Number.isFinite(Date.parse(word))) {
      return { words: text.replace(word, "").trim(), at: Date.parse(word) };
    } else if (word.toLowerCase() === "today") {
      day = today;
    } else if (word.toLowerCase() === "yesterday") {
      day = dayAfter(today, -1);
    } else if (isDay(word)) {
      day = word;
    } else if (clock !== null && Number(clock[1]) < 24 && Number(clock[2]) < 60) {
      time = { hour: Number(clock[1]), minute: Number(clock[2]) };
    } else if (word !== "") {
      words.push(word);
    }
  }
  const rest = words.join(" ");
  if (day === null && time === null) return { words: rest, at: null };
  const at = (of: DayText): number => {
    const [year = 1970, month = 1, date = 1] = of.split("-").map(Number);
    return instantOf({ year, month, day: date, hour: time?.hour ?? 12, minute: time?.minute ?? 0, second: 0 }, zone);
  };
  if (day !== null) return { words: rest, at: at(day) };
  return { words: rest, at: at(today) <= now ? at(today) : at(dayAfter(today, -1)) };
}
