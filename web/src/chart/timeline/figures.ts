import type { Figures, Limits, Medium, Series } from "../../api/contract.ts";

/** A figure that can be drawn over time. */
export interface Figure {
  key: string;
  title: string;
  unit: string;
  /** Of a stream, or of the device that all streams of a join share. */
  of: "stream" | "device";
}

export const FIGURES: readonly Figure[] = [
  { key: "latency_ms", title: "Latency", unit: "ms", of: "stream" },
  { key: "jitter_ms", title: "Jitter", unit: "ms", of: "stream" },
  { key: "avg_loss_pct", title: "Loss, average", unit: "%", of: "stream" },
  { key: "max_loss_pct", title: "Loss, greatest", unit: "%", of: "stream" },
  { key: "bitrate_kbps", title: "Bit rate", unit: "kbit/s", of: "stream" },
  { key: "frame_rate_fps", title: "Frame rate", unit: "fps", of: "stream" },
  { key: "height_px", title: "Picture, lines", unit: "px", of: "stream" },
  { key: "system_max_cpu_pct", title: "Processor, whole device", unit: "%", of: "device" },
  { key: "zoom_max_cpu_pct", title: "Processor, Zoom", unit: "%", of: "device" },
  { key: "avg_rssi_dbm", title: "Wi-Fi signal", unit: "dBm", of: "device" },
];

/** Figures that are drawn where the address names none. */
export const USUAL_FIGURES = ["latency_ms", "jitter_ms", "avg_loss_pct", "bitrate_kbps"];

/** Which medium a stream belongs to, by the beginning of Zoom's name; `null` for a name that is not known. */
export function mediumOf(stream: string): Medium | null {
  if (stream.startsWith("audio")) return "audio";
  if (stream.startsWith("video")) return "video";
  if (stream.startsWith("as_")) return "share";
  return null;
}

const WAYS: Record<string, string> = {
  device_from_crc: "from a conference room connector",
  device_to_crc: "to a conference room connector",
  device_from_rwg: "from the web gateway",
  device_to_rwg: "to the web gateway",
};

/** What a stream is called: by the direction where that is known, else by Zoom's own name. */
export function streamName(stream: string, input: Series["input"]): string {
  const medium = mediumOf(stream);
  if (medium === null) return stream;
  const way = stream.slice(stream.indexOf("_") + 1);
  const other = WAYS[way];
  if (other !== undefined) return `${medium} ${other}`;
  if (input === "unknown" || (way !== "input" && way !== "output")) return `${medium} ${way.replaceAll("_", " ")}`;
  const isSent = (way === "input") === (input === "sent");
  return `${medium} ${isSent ? "sent" : "received"}`;
}

/** Limits that are the same for all streams that are drawn; `null` where they differ or there are none. */
export function limitsOf(series: Series, figure: string, streams: readonly string[]): Limits | null {
  const found = streams.map((stream) => {
    const medium = mediumOf(stream);
    return medium === null ? undefined : series.limits[medium]?.[figure];
  });
  const [first] = found;
  return first !== undefined && found.every((one) => one?.join() === first.join()) ? first : null;
}

/** Figures laid on the minutes of an axis that begins at `begin` (milliseconds); minutes without any are `null`. */
export function laid(ts: readonly number[], figures: Figures | undefined, begin: number, minutes: number): Figures {
  const onAxis: Figures = new Array<number | null>(minutes).fill(null);
  for (let index = 0; index < ts.length; index += 1) {
    const minute = Math.floor(((ts[index] ?? 0) * 1000 - begin) / 60_000);
    if (minute >= 0 && minute < minutes) onAxis[minute] = figures?.[index] ?? onAxis[minute] ?? null;
  }
  return onAxis;
}
