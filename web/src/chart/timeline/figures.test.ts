import { expect, test } from "vitest";
import type { Series } from "../../api/contract.ts";
import { laid, limitsOf, mediumOf, streamName } from "./figures.ts";

const BEGIN = Date.parse("2026-11-17T16:47:00Z");
const at = (minute: number) => BEGIN / 1000 + minute * 60;

test("figures lie on the minutes of the meeting, whenever the join began", () => {
  expect(laid([at(2), at(3), at(4)], [5, null, 0], BEGIN, 6)).toEqual([null, null, 5, null, 0, null]);
});

test("figures outside of the meeting, and times without figures, are left out", () => {
  expect(laid([at(-1), at(0), at(9)], [1, 2, 3], BEGIN, 2)).toEqual([2, null]);
  expect(laid([at(0), at(1)], undefined, BEGIN, 2)).toEqual([null, null]);
  expect(laid([at(0), at(1)], [7], BEGIN, 2)).toEqual([7, null]);
});

test("streams are called by their direction where it is known", () => {
  expect(streamName("audio_input", "sent")).toBe("audio sent");
  expect(streamName("audio_input", "received")).toBe("audio received");
  expect(streamName("as_output", "sent")).toBe("share received");
  expect(streamName("video_output", "unknown")).toBe("video output");
  expect(streamName("audio_device_from_crc", "sent")).toBe("audio from a conference room connector");
});

test("a stream that is not known keeps its name", () => {
  expect(streamName("smell_input", "sent")).toBe("smell_input");
  expect(mediumOf("smell_input")).toBeNull();
});

test("limits are drawn where all streams share them", () => {
  const series = {
    limits: { audio: { jitter_ms: [30, 50, 100] }, video: { jitter_ms: [30, 50, 100], latency_ms: [1, 2, 3] } },
  } as unknown as Series;
  expect(limitsOf(series, "jitter_ms", ["audio_input", "video_output"])).toEqual([30, 50, 100]);
  expect(limitsOf(series, "latency_ms", ["audio_input", "video_output"])).toBeNull();
  expect(limitsOf(series, "jitter_ms", [])).toBeNull();
});
