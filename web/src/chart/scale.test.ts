import { expect, test } from "vitest";
import { along, scale, tickPercent } from "./scale.ts";

test("an axis has round marks, and room for what is most", () => {
  expect(scale(0.047, 3, 1)).toEqual({ end: 0.06, ticks: [0, 0.02, 0.04, 0.06] });
  expect(scale(0.11, 3, 1).end).toBeGreaterThanOrEqual(0.11);
});

test("an axis of shares ends at all of it", () => {
  expect(scale(0.97, 3, 1).end).toBe(1);
  expect(scale(7, 3, 1).end).toBe(1);
});

test("an axis of nothing has a length all the same", () => {
  for (const most of [0, Number.NaN, Number.NEGATIVE_INFINITY, -1]) {
    const { end, ticks } = scale(most, 3, 1);
    expect(end).toBeGreaterThan(0);
    expect(ticks.length).toBeGreaterThan(1);
  }
});

test("marks are never many, whatever the size", () => {
  for (let most = 1e-6; most < 1e6; most *= 1.37) {
    const { end, ticks } = scale(most, 4);
    expect(end).toBeGreaterThanOrEqual(most * (1 - 1e-9));
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(end).toBeLessThanOrEqual(most * 2.6);
  }
});

test("what lies beyond an axis is drawn at its end", () => {
  expect(along(2, 1)).toBe("100.00%");
  expect(along(-1, 1)).toBe("0.00%");
  expect(tickPercent(0.025)).toBe("2.5\u202f%");
});
