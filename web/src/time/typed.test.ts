import { expect, test } from "vitest";
import { readTyped } from "./typed.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const read = (text: string) => {
  const { words, at } = readTyped(text, NOW, "Europe/Berlin");
  return [words, at === null ? null : new Date(at).toISOString().slice(0, 16)];
};

test("words alone have no time", () => {
  expect(read("board call")).toEqual(["board call", null]);
  expect(read("  1:1 with Zoë ")).toEqual(["1:1 with Zoë", null]);
});

test("a day and a time are of the viewer's zone", () => {
  expect(read("board yesterday 10:00")).toEqual(["board", "2026-11-23T09:00"]);
  expect(read("2026-07-01 17:20 planning")).toEqual(["planning", "2026-07-01T15:20"]);
});

test("a day alone is its noon", () => {
  expect(read("2026-11-17")).toEqual(["", "2026-11-17T11:00"]);
});

test("a time alone is the last of its kind", () => {
  expect(read("12:30")).toEqual(["", "2026-11-24T11:30"]);
  expect(read("18:00")).toEqual(["", "2026-11-23T17:00"]);
});

test("an instant is what it says", () => {
  expect(read("board 2026-11-17T17:20:00+02:00")).toEqual(["board", "2026-11-17T15:20"]);
});

test("what looks like a time and is none stays a word", () => {
  expect(read("25:00 99:99")).toEqual(["25:00 99:99", null]);
});
