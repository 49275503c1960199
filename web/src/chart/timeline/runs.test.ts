import { expect, test } from "vitest";
import { byMinute, runs } from "./runs.ts";

test("minutes that follow each other are one run", () => {
  expect(runs("gpb-pp", "pb")).toEqual([
    { first: 1, end: 3 },
    { first: 4, end: 6 },
  ]);
  expect(runs("", "pb")).toEqual([]);
});

test("a minute that is not measured, or not judged, counts for nobody", () => {
  expect(byMinute(["gp-u", "bpf"], 5)).toEqual({ judged: [2, 2, 1, 0, 0], poor: [1, 2, 0, 0, 0] });
});
