import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Strip } from "../../api/contract.ts";
import { clock } from "../../time/format.ts";
import { letterWord } from "../../words/grade.ts";
import { count } from "../../words/number.ts";
import { prepared, rem, useScheme } from "../size.ts";
import { type Axis, place, timeOf } from "./axis.ts";
import { type Cursor, useMinute } from "./cursor.ts";
import { Mark } from "./mark.tsx";
import { paintCell, palette } from "./paint.ts";
import { runs } from "./runs.ts";

/** A line of the strip. */
export interface StripRow {
  key: string;
  label: string;
  /** What else tells it from the others: its site. */
  detail: string;
  judged: number;
  poor: number;
  strip: Strip;
  /** Which time line it has below, by its colour; `null` where it has none. */
  series: number | null;
}

/** How many times a row's words name at most. */
const SPOKEN = 4;
/** How many rows beyond the visible ones are in the page, so that scrolling finds them there. */
const BEYOND = 4;

/**
 * Rows of minutes: a list of which several can be chosen, beside a canvas that has a cell for each minute. Only what
 * is visible is in the page and on the canvas, so that a thousand rows scroll as ten do.
 *
 * By keyboard: up and down go through rows, left and right through minutes, Space chooses.
 */
export function Strips(props: {
  label: string;
  rows: readonly StripRow[];
  axis: Axis;
  zone: string;
  gutter: number;
  width: number;
  cursor: Cursor;
  choose: (key: string) => void;
  zoom: (first: number, last: number) => void;
}) {
  const { label, rows, axis, zone, gutter, width, cursor, choose, zoom } = props;
  const rowHeight = Math.round(rem() * 1.55);
  const most = Math.max(rowHeight * 5, Math.round(window.innerHeight * 0.55));
  const height = Math.min(rows.length * rowHeight, most);
  const plot = Math.max(0, width - gutter);
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  const [isKeyed, setKeyed] = useState(false);
  const minute = useMinute(cursor);
  const dark = useScheme();
  const drag = useRef<{ from: number; moved: boolean } | null>(null);
  const [selection, setSelection] = useState<[number, number] | null>(null);

  const firstRow = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const endRow = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + BEYOND);
  const said = useMemo(() => new Map<string, string>(), [rows, axis.begin, zone]);
  const when = (row: StripRow): string => {
    const words = said.get(row.key) ?? spoken(row, axis, zone);
    said.set(row.key, words);
    return words;
  };
  const current = rows[Math.min(active, rows.length - 1)];

  useLayoutEffect(() => {
    const target = canvas.current;
    const context = target && prepared(target, plot, height);
    if (!context || plot === 0) return;
    const colours = palette();
    const cell = plot / (axis.last - axis.first);
    const gap = cell >= 5 ? 1 : cell >= 3 ? 0.5 : 0;
    for (let index = Math.max(0, Math.floor(top / rowHeight)); index < endRow; index += 1) {
      const strip = rows[index]?.strip ?? "";
      const y = index * rowHeight - top + 1;
      for (let at = axis.first; at < axis.last; at += 1) {
        const x = (at - axis.first) * cell;
        paintCell(context, colours, strip.charAt(at), x, y, Math.max(cell - gap, 0.5), rowHeight - 2);
      }
    }
  }, [rows, axis, plot, height, top, endRow, rowHeight, dark]);

  // What is active stays in sight, also when rows are sorted anew.
  const show = (index: number): void => {
    const box = scroller.current;
    if (!box) return;
    const y = index * rowHeight;
    if (y < box.scrollTop) box.scrollTop = y;
    else if (y + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = y + rowHeight - box.clientHeight;
  };
  useEffect(() => {
    if (active >= rows.length) setActive(Math.max(0, rows.length - 1));
  }, [rows.length, active]);

  const pressed = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const at = minute ?? axis.first;
    const turn = (by: number): void => {
      const next = Math.min(rows.length - 1, Math.max(0, active + by));
      setActive(next);
      show(next);
    };
    const step = (by: number): void => cursor.point(Math.min(axis.last - 1, Math.max(axis.first, at + by)));
    const keys: Record<string, () => void> = {
      ArrowDown: () => turn(1),
      ArrowUp: () => turn(-1),
      PageDown: () => turn(page),
      PageUp: () => turn(-page),
      Home: () => turn(-rows.length),
      End: () => turn(rows.length),
      ArrowRight: () => step(minute === null ? 0 : 1),
      ArrowLeft: () => step(minute === null ? 0 : -1),
      " ": () => current && choose(current.key),
      Enter: () => current && choose(current.key),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setKeyed(true);
    act();
  };

  const minuteAt = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    const part = box ? (event.clientX - box.left) / box.width : 0;
    return Math.min(axis.last - 1, Math.max(axis.first, Math.floor(axis.first + part * (axis.last - axis.first))));
  };
  const rowAt = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    return box ? Math.min(rows.length - 1, Math.max(0, Math.floor((event.clientY - box.top + top) / rowHeight))) : 0;
  };
  const moved = (event: PointerEvent): void => {
    const at = minuteAt(event);
    cursor.point(at);
    if (drag.current) {
      if (at !== drag.current.from) drag.current.moved = true;
      setSelection([Math.min(at, drag.current.from), Math.max(at, drag.current.from) + 1]);
    } else if (event.pointerType === "mouse") {
      setActive(rowAt(event));
      setKeyed(false);
    }
  };
  const released = (event: PointerEvent): void => {
    const was = drag.current;
    drag.current = null;
    setSelection(null);
    if (!was) return;
    const at = minuteAt(event);
    if (was.moved) {
      zoom(Math.min(at, was.from), Math.max(at, was.from) + 1);
    } else {
      const index = rowAt(event);
      setActive(index);
      const row = rows[index];
      if (row) choose(row.key);
    }
  };

  const mark = minute === null ? null : place(axis, minute);
  return (
    <div class="strips">
      <div
        class="strips-scroll"
        ref={scroller}
        style={{ height: `${height}px` }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        role="listbox"
        aria-label={label}
        aria-multiselectable="true"
        aria-describedby={`${id}-keys`}
        tabIndex={0}
        onKeyDown={pressed}
        {...(current && { "aria-activedescendant": `${id}-${active}` })}
      >
        <div class="strips-space" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(firstRow, endRow).map((row, offset) => {
            const index = firstRow + offset;
            return (
              <div
                key={row.key}
                id={`${id}-${index}`}
                role="option"
                aria-selected={row.series !== null}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                class={`strip-label${index === active ? " active" : ""}${row.series === null ? "" : ` series-${row.series}`}`}
                style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px`, width: `${gutter}px` }}
                onClick={() => {
                  setActive(index);
                  choose(row.key);
                }}
              >
                <span class="strip-choice">{row.series !== null && <Mark series={row.series} />}</span>
                <span class="strip-name">
                  {row.label}
                  <span class="unseen">{row.detail === "" ? ": " : `, ${row.detail}: `}</span>
                </span>
                <span class="strip-count">
                  {count(row.poor)}
                  <span class="strip-of">/{count(row.judged)}</span>
                  <span class="unseen">{when(row)}</span>
                </span>
              </div>
            );
          })}
          <div class="strips-canvas" style={{ marginLeft: `${gutter}px`, height: `${height}px` }} role="presentation">
            <canvas
              ref={canvas}
              aria-hidden="true"
              onPointerMove={moved}
              onPointerLeave={() => drag.current ?? cursor.point(null)}
              onPointerDown={(event) => {
                if (event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                drag.current = { from: minuteAt(event), moved: false };
              }}
              onPointerUp={released}
              onPointerCancel={() => {
                drag.current = null;
                setSelection(null);
              }}
            />
            {mark !== null && mark >= 0 && mark < 1 && (
              <div
                class="strips-cursor"
                style={{ left: `${mark * plot}px`, width: `${plot / (axis.last - axis.first)}px` }}
              />
            )}
            {current && minute !== null && active * rowHeight >= top && active * rowHeight - top < height && (
              <div class="strips-row" style={{ top: `${active * rowHeight - top}px`, height: `${rowHeight}px` }} />
            )}
            {selection && (
              <div
                class="strips-selection"
                style={{
                  left: `${place(axis, selection[0]) * plot}px`,
                  width: `${(place(axis, selection[1]) - place(axis, selection[0])) * plot}px`,
                }}
              />
            )}
          </div>
        </div>
      </div>
      <div class="strips-foot">
        <p class="strips-read" {...(isKeyed && { "aria-live": "polite" as const })}>
          {minute !== null && current ? (
            <>
              <strong>{clock(timeOf(axis, minute), zone)}</strong> {current.label}
              {current.detail === "" ? "" : `, ${current.detail}`}:{" "}
              <strong>{letterWord(current.strip.charAt(minute))}</strong>
            </>
          ) : (
            <span class="quiet">Point at a minute to read it; choose a row to draw its time lines below.</span>
          )}
        </p>
        {rows.length * rowHeight > height && (
          <p class="quiet">
            rows {count(Math.floor(top / rowHeight) + 1)}–
            {count(Math.min(rows.length, Math.round((top + height) / rowHeight)))} of {count(rows.length)}; scroll for
            others
          </p>
        )}
      </div>
      <p id={`${id}-keys`} class="unseen">
        Up and down go through rows, left and right through minutes, Space chooses a row for the time lines.
      </p>
    </div>
  );
}

/** What a row's figures mean, and when it was poor or bad: for those who hear it. */
function spoken(row: StripRow, axis: Axis, zone: string): string {
  const times = runs(row.strip, "pb")
    .slice(0, SPOKEN)
    .map((run) => `${clock(timeOf(axis, run.first), zone)} to ${clock(timeOf(axis, run.end), zone)}`);
  return ` judged minutes poor or bad${times.length === 0 ? "" : `, from ${times.join(", ")}`}`;
}
