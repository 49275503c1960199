import { clock } from "../../time/format.ts";
import { wallAt } from "../../time/zone.ts";
import { rem } from "../size.ts";
import { type Axis, labelled, place, timeOf } from "./axis.ts";

/** The times of the axis, at round minutes of the zone's clock. */
export function Ruler({ axis, zone, gutter, width }: { axis: Axis; zone: string; gutter: number; width: number }) {
  const plot = Math.max(1, width - gutter);
  const minutes = labelled(axis, plot, rem() * 4.2, offsetAt(axis.begin, zone));
  return (
    <div class="timeline-line ruler" aria-hidden="true">
      <p class="timeline-label quiet" style={{ width: `${gutter}px` }}>
        <span>{zone.replaceAll("_", " ")}</span>
      </p>
      <div class="ruler-plot">
        {minutes.map((minute) => (
          <span key={minute} style={{ left: `${place(axis, minute) * 100}%` }}>
            {clock(timeOf(axis, minute), zone)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Minutes that a zone's clock is ahead of UTC. */
export function offsetAt(instant: number, zone: string): number {
  const wall = wallAt(instant, zone);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return Math.round((asUtc - instant) / 60_000);
}
