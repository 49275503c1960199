import { expect, test } from "vitest";
import { bytes, count, counted, limits, measured, percent, points, ratio } from "./number.ts";

test("what is missing is no zero", () => {
  for (const words of [
    count(null),
    percent(null),
    percent(undefined),
    percent(Number.NaN),
    limits(null),
    measured(null, "ms"),
  ]) {
    expect(words).toBe("–");
  }
  expect(ratio(0, 0)).toBeNull();
  expect(percent(0)).toBe("0.0\u202f%");
});

test("a share is never rounded to nothing or to all", () => {
  expect(percent(0.00001)).toBe("< 0.1\u202f%");
  expect(percent(0.99999)).toBe("> 99.9\u202f%");
  expect(percent(1)).toBe("100.0\u202f%");
  expect(percent(0.0312)).toBe("3.1\u202f%");
});

test("points have a sign, and zero has none", () => {
  expect(points(0.469)).toBe("+46.9");
  expect(points(-0.007)).toBe("−0.7");
  expect(points(-0.0001)).toBe("0.0");
});

test("figures have digits that count", () => {
  expect(measured(143.2, "ms")).toBe("143\u202fms");
  expect(measured(14.26, "%")).toBe("14.3\u202f%");
  expect(measured(0.456, "%")).toBe("0.46\u202f%");
  expect(measured(-66, "dBm")).toBe("-66\u202fdBm");
  expect(bytes(48_234_496)).toBe("48.2\u202fMB");
  expect(bytes(0)).toBe("0\u202fB");
});

test("one is one", () => {
  expect(counted(1, "person", "people")).toBe("1 person");
  expect(counted(1234, "person", "people")).toBe("1,234 people");
});
