import { expect, test } from "vitest";
import { dayAfter, dayAt, daysBetween, instantOf, isDay, startOf, wallAt } from "./zone.ts";

const wall = (hour: number, minute: number) => ({ year: 2026, month: 3, day: 29, hour, minute, second: 0 });

test("a day begins at midnight of its zone", () => {
  expect(new Date(startOf("2026-11-22", "Europe/Berlin")).toISOString()).toBe("2026-11-21T23:00:00.000Z");
  expect(new Date(startOf("2026-07-01", "Europe/Berlin")).toISOString()).toBe("2026-06-30T22:00:00.000Z");
  expect(new Date(startOf("2026-11-22", "Pacific/Kiritimati")).toISOString()).toBe("2026-11-21T10:00:00.000Z");
  expect(new Date(startOf("2026-11-22", "America/St_Johns")).toISOString()).toBe("2026-11-22T03:30:00.000Z");
});

test("days on which clocks change have 23 and 25 hours", () => {
  const hours = (day: string) =>
    (startOf(dayAfter(day, 1), "Europe/Berlin") - startOf(day, "Europe/Berlin")) / 3_600_000;
  expect(hours("2026-03-29")).toBe(23);
  expect(hours("2026-10-25")).toBe(25);
  expect(hours("2026-11-22")).toBe(24);
});

test("a time that clocks skip is as much later", () => {
  // 02:30 does not exist in Berlin on 29 March: clocks go from 02:00 to 03:00.
  expect(wallAt(instantOf(wall(2, 30), "Europe/Berlin"), "Europe/Berlin")).toMatchObject({ hour: 3, minute: 30 });
});

test("a time that clocks show twice is the first", () => {
  const twice = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 };
  expect(new Date(instantOf(twice, "Europe/Berlin")).toISOString()).toBe("2026-10-25T00:30:00.000Z");
});

test("every hour of a year is found again from what the clock shows", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]) {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * 3_600_000) {
      const again = instantOf(wallAt(at, zone), zone);
      // An hour that is shown twice is found as the first of both.
      expect([0, 3_600_000]).toContain(at - again);
    }
  }
});

test("days are counted by the calendar", () => {
  expect(dayAfter("2026-02-28", 1)).toBe("2026-03-01");
  expect(dayAfter("2026-11-01", -1)).toBe("2026-10-31");
  expect(daysBetween("2026-10-20", "2026-11-03")).toBe(14);
  expect(dayAt(Date.parse("2026-11-22T23:30:00Z"), "Europe/Berlin")).toBe("2026-11-23");
});

test("what is no day is refused", () => {
  expect(["2026-02-30", "2026-13-01", "26-01-01", "", "2026-01-01T00:00:00Z"].filter(isDay)).toEqual([]);
  expect(isDay("2028-02-29")).toBe(true);
});
