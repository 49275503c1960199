import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Strip } from "../../api/contract.ts";
import { clock } from "../../time/format.ts";
import { count } from "../../words/number.ts";
import { prepared, rem, useScheme } from "../size.ts";
import { type Axis, place, timeOf } from "./axis.ts";
import { type Cursor, useMinute } from "./cursor.ts";
import { palette } from "./paint.ts";
import { byMinute } from "./runs.ts";

/** How many joins were poor or bad in each minute, of those that were judged: the strip below, summed up. */
export function Hurt(props: {
  strips: readonly Strip[];
  axis: Axis;
  zone: string;
  gutter: number;
  width: number;
  cursor: Cursor;
}) {
  const { strips, axis, zone, gutter, width, cursor } = props;
  const { judged, poor } = useMemo(() => byMinute(strips, axis.minutes), [strips, axis.minutes]);
  const most = Math.max(1, ...judged.slice(axis.first, axis.last));
  const worst = poor.reduce((best, number, minute) => (number > (poor[best] ?? 0) ? minute : best), 0);
  const height = Math.round(rem() * 2.6);
  const plot = Math.max(0, width - gutter);
  const canvas = useRef<HTMLCanvasElement>(null);
  const minute = useMinute(cursor);
  const dark = useScheme();

  useLayoutEffect(() => {
    const context = canvas.current && prepared(canvas.current, plot, height);
    if (!context) return;
    const colours = palette();
    const cell = plot / (axis.last - axis.first);
    for (let at = axis.first; at < axis.last; at += 1) {
      const x = (at - axis.first) * cell;
      const bar = (number: number): number => (number / most) * (height - 1);
      context.fillStyle = colours.ground.g ?? "";
      context.fillRect(x, height - bar(judged[at] ?? 0), cell + 0.3, bar(judged[at] ?? 0));
      context.fillStyle = colours.ground.p ?? "";
      context.fillRect(x, height - bar(poor[at] ?? 0), cell + 0.3, bar(poor[at] ?? 0));
    }
    if (minute !== null && minute >= axis.first && minute < axis.last) {
      context.strokeStyle = colours.ink;
      context.strokeRect(place(axis, minute) * plot + 0.5, 0.5, Math.max(1, cell - 1), height - 1);
    }
  }, [judged, poor, axis, plot, height, most, minute, dark]);

  const at = minute !== null && minute >= 0 && minute < axis.minutes ? minute : null;
  return (
    <div class="timeline-line">
      <p class="timeline-label" style={{ width: `${gutter}px` }}>
        <span>Joins poor or bad</span>
        <span class="quiet">
          {at === null
            ? `at most ${count(poor[worst])} of ${count(judged[worst])}, ${clock(timeOf(axis, worst), zone)}`
            : `${count(poor[at])} of ${count(judged[at])}, ${clock(timeOf(axis, at), zone)}`}
        </span>
      </p>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Joins that were poor or bad by minute: at most ${poor[worst] ?? 0} of ${judged[worst] ?? 0}, at ${clock(timeOf(axis, worst), zone)}`}
      />
    </div>
  );
}
