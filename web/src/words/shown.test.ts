import { expect, test } from "vitest";
import { named, shown } from "./shown.ts";

test("text that turns its direction is escaped", () => {
  expect(shown("\u202Egnp.exe\u202C")).toBe("\\u{202e}gnp.exe\\u{202c}");
  expect(shown("a\u2066b\u2069")).toBe("a\\u{2066}b\\u{2069}");
});

test("controls are escaped, and markup stays as it is", () => {
  expect(shown("Ana\u0000\tTab\u001b[31m")).toBe("Ana\\u{0}\\u{9}Tab\\u{1b}[31m");
  expect(shown("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
});

test("names of all scripts, and pictograms, stay", () => {
  for (const name of ["Zoë Ōta", "محمد", "नमस्‍ते", "👩‍👩‍👧 family", "日本語"]) expect(shown(name)).toBe(name);
});

test("a name that is not there has what stands for it", () => {
  expect(named(null, "participant 7")).toBe("participant 7");
  expect(named(undefined, "participant 7")).toBe("participant 7");
  expect(named("  ", "participant 7")).toBe("participant 7");
  expect(named("0", "participant 7")).toBe("0");
});
