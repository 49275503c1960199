import { expect, test } from "vitest";
import { axisOf, further, labelled, nearer, panned, place, seen, zoomText } from "./axis.ts";

const BEGIN = Date.parse("2026-11-17T16:47:00Z");
const whole = axisOf(BEGIN, 71, null);

test("an address restores the minutes that were seen", () => {
  const part = seen(whole, 10, 30);
  const text = zoomText(part);
  expect(text).toBe("2026-11-17T16:57Z..2026-11-17T17:17Z");
  expect(axisOf(BEGIN, 71, text)).toEqual(part);
});

test("an address that names all, or nonsense, shows all", () => {
  expect(zoomText(whole)).toBeNull();
  for (const text of ["", "..", "yesterday..today", "2026-11-17T16:57Z", "x..2026-11-17T16:57Z"]) {
    expect(axisOf(BEGIN, 71, text)).toEqual(whole);
  }
});

test("what is seen stays within the meeting, and is never too little", () => {
  for (const [first, last] of [
    [-50, 20],
    [60, 900],
    [30, 30],
    [40, 20],
    [-9, -5],
    [500, 501],
  ] as const) {
    const { first: from, last: to } = seen(whole, first, last);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(71);
    expect(to - from).toBeGreaterThanOrEqual(3);
  }
  expect(seen(axisOf(BEGIN, 1, null), 0, 0)).toMatchObject({ first: 0, last: 1 });
});

test("nearer and further end, and keep the minute that is pointed at in sight", () => {
  let axis = whole;
  for (let round = 0; round < 9; round += 1) axis = nearer(axis, 50);
  expect(axis.last - axis.first).toBe(3);
  expect(place(axis, 50)).toBeGreaterThanOrEqual(0);
  expect(place(axis, 50)).toBeLessThan(1);
  for (let round = 0; round < 9; round += 1) axis = further(axis, null);
  expect(axis).toEqual(whole);
});

test("panning moves by a part, and stops at the ends", () => {
  const part = seen(whole, 20, 40);
  expect(panned(part, 0.5)).toMatchObject({ first: 30, last: 50 });
  expect(panned(panned(part, -0.5), -5)).toMatchObject({ first: 0, last: 20 });
});

test("labels stand at round times of the zone's clock", () => {
  // 16:47 UTC is 22:32 in Kathmandu, 5 h 45 min ahead: the first multiple of 15 min is 22:45, 13 minutes in.
  expect(labelled(whole, 300, 60, 345)).toEqual([13, 28, 43, 58]);
  expect(labelled(whole, 10, 60, 0)).toEqual([]);
});
