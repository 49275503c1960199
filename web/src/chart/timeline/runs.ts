import type { Strip } from "../../api/contract.ts";

/** Minutes of one kind that follow each other: from the first on, up to the one after the last. */
export interface Run {
  first: number;
  end: number;
}

/** The runs of minutes whose letter is one of these. */
export function runs(strip: Strip, letters: string): Run[] {
  const found: Run[] = [];
  for (let minute = 0; minute < strip.length; minute += 1) {
    if (!letters.includes(strip.charAt(minute))) continue;
    const last = found.at(-1);
    if (last?.end === minute) last.end = minute + 1;
    else found.push({ first: minute, end: minute + 1 });
  }
  return found;
}

/** How many of the joins are judged in each minute, and how many of those are poor or bad. */
export function byMinute(strips: readonly Strip[], minutes: number): { judged: number[]; poor: number[] } {
  const judged = new Array<number>(minutes).fill(0);
  const poor = new Array<number>(minutes).fill(0);
  for (const strip of strips) {
    for (let minute = 0; minute < Math.min(minutes, strip.length); minute += 1) {
      const letter = strip.charAt(minute);
      if (letter === "-" || letter === "u") continue;
      judged[minute] = (judged[minute] ?? 0) + 1;
      if (letter === "p" || letter === "b") poor[minute] = (poor[minute] ?? 0) + 1;
    }
  }
  return { judged, poor };
}
