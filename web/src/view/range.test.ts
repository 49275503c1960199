import { expect, test, vi } from "vitest";

vi.stubGlobal("window", { location: { pathname: "/", search: "" } });
const { lastDays, readRange, yesterday } = await import("./range.ts");

const NOW = Date.parse("2026-11-24T23:30:00Z");

test("days of a range are those of its zone", () => {
  expect(readRange("2026-11-22", "2026-11-23", "Europe/Berlin")).toMatchObject({
    start: "2026-11-21T23:00:00Z",
    end: "2026-11-22T23:00:00Z",
  });
});

test("instants are taken as they are", () => {
  expect(readRange("2026-11-22T10:00:00Z", "2026-11-22T11:00:00+01:30", "UTC")).toBeNull();
  expect(readRange("2026-11-22T10:00:00Z", "2026-11-22T12:00:00+01:00", "UTC")).toMatchObject({
    end: "2026-11-22T11:00:00Z",
  });
});

test("what is no range is none", () => {
  for (const [from, to] of [
    [null, null],
    ["2026-11-22", null],
    ["2026-11-23", "2026-11-22"],
    ["x", "y"],
    ["2026-02-30", "2026-03-02"],
    ["7", "8"],
  ] as const) {
    expect(readRange(from, to, "UTC")).toBeNull();
  }
});

test("the last days end with today, which it is in the zone", () => {
  expect(lastDays(7, NOW, "UTC")).toEqual({ from: "2026-11-18", to: "2026-11-25" });
  expect(lastDays(1, NOW, "Europe/Berlin")).toEqual({ from: "2026-11-25", to: "2026-11-26" });
  expect(yesterday(NOW, "UTC")).toEqual({ from: "2026-11-23", to: "2026-11-24" });
});
