import { useMemo } from "preact/hooks";
import type { Incident } from "../../api/contract.ts";
import { LETTERS } from "../../words/grade.ts";
import { Swatch } from "../../part/grade.tsx";
import { rem } from "../size.ts";
import { type Axis, further, nearer, panned, seen } from "./axis.ts";
import { Bands } from "./bands.tsx";
import type { Cursor } from "./cursor.ts";
import { Hurt } from "./hurt.tsx";
import { Ruler } from "./ruler.tsx";
import { type StripRow, Strips } from "./strips.tsx";

/** How wide the names at the left of a timeline are; what follows lies on one axis. */
export function gutterOf(width: number): number {
  const wide = rem() * 16;
  return Math.round(width < rem() * 50 ? Math.max(rem() * 8, width * 0.34) : wide);
}

/** Causes, how many were hurt, and the strip of all rows, one above the other on one axis. */
export function Timeline(props: {
  label: string;
  rows: readonly StripRow[];
  incidents: readonly Incident[];
  axis: Axis;
  zone: string;
  width: number;
  cursor: Cursor;
  choose: (key: string) => void;
  show: (axis: Axis) => void;
  /** Whether rows are joins, which can be counted; else they are streams of one. */
  isOfJoins: boolean;
}) {
  const { label, rows, incidents, axis, zone, width, cursor, choose, show, isOfJoins } = props;
  const gutter = gutterOf(width);
  const strips = useMemo(() => rows.map((row) => row.strip), [rows]);
  const zoom = (first: number, last: number): void => show(seen(axis, first, last));
  return (
    <div class="timeline">
      <Bands incidents={incidents} axis={axis} zone={zone} gutter={gutter} />
      {isOfJoins && <Hurt strips={strips} axis={axis} zone={zone} gutter={gutter} width={width} cursor={cursor} />}
      <Ruler axis={axis} zone={zone} gutter={gutter} width={width} />
      <Strips
        label={label}
        rows={rows}
        axis={axis}
        zone={zone}
        gutter={gutter}
        width={width}
        cursor={cursor}
        choose={choose}
        zoom={zoom}
      />
    </div>
  );
}

/** Nearer, further, left, right: by buttons, for those who don't drag. */
export function ZoomButtons({ axis, cursor, show }: { axis: Axis; cursor: Cursor; show: (axis: Axis) => void }) {
  const length = axis.last - axis.first;
  const isWhole = length === axis.minutes;
  const buttons: [string, string, boolean, () => Axis][] = [
    ["Earlier", "←", axis.first === 0, () => panned(axis, -0.5)],
    ["Nearer", "+", length <= 3, () => nearer(axis, cursor.minute)],
    ["Further", "−", isWhole, () => further(axis, cursor.minute)],
    ["Later", "→", axis.last === axis.minutes, () => panned(axis, 0.5)],
    ["All", "All", isWhole, () => seen(axis, 0, axis.minutes)],
  ];
  return (
    <div class="zoom" role="group" aria-label="Which minutes are shown">
      {buttons.map(([name, sign, isOff, next]) => (
        <button key={name} type="button" aria-label={name} title={name} disabled={isOff} onClick={() => show(next())}>
          {sign}
        </button>
      ))}
    </div>
  );
}

/** What the cells of a strip say. */
export function StripLegend() {
  return (
    <ul class="legend" aria-label="What a minute is marked with">
      {LETTERS.map(({ letter, word }) => (
        <li key={letter} class="grade">
          <Swatch letter={letter} />
          {word}
        </li>
      ))}
    </ul>
  );
}
