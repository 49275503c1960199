import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Figures, Series } from "../../api/contract.ts";
import { clock } from "../../time/format.ts";
import { measured } from "../../words/number.ts";
import { named } from "../../words/shown.ts";
import { rem, useScheme } from "../size.ts";
import { type Axis, timeOf } from "./axis.ts";
import { type Cursor, useMinute } from "./cursor.ts";
import { type Figure, laid, limitsOf, streamName } from "./figures.ts";
import { Mark } from "./mark.tsx";
import { draw, pointAt } from "./plot.ts";

/** Dashes of the streams of one participant, in pixels. */
const DASHES: readonly number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** A line of the time lines: whose, of which stream. */
interface Drawn {
  key: string;
  name: string;
  stream: string | null;
  series: number;
  dash: number[];
  figuresOf: (figure: string) => Figures | undefined;
  ts: readonly number[];
}

/**
 * Time lines of chosen participants and streams, a plot for each figure, all on one axis with one cursor.
 *
 * @param seriesOf the number of a participant's colour, from 1.
 */
export function Lines(props: {
  series: Series;
  figures: readonly Figure[];
  streams: readonly string[];
  seriesOf: (userId: string) => number;
  axis: Axis;
  zone: string;
  gutter: number;
  width: number;
  cursor: Cursor;
  zoom: (first: number, last: number) => void;
}) {
  const { series, figures, streams, seriesOf, axis, zone, gutter, width, cursor, zoom } = props;
  const { ofStreams, ofDevices } = useMemo(() => {
    const ofStreams: Drawn[] = series.series.flatMap((one) =>
      streams
        .filter((stream) => one.streams[stream] !== undefined)
        .map((stream) => ({
          key: `${one.user_id} ${stream}`,
          name: named(one.name, `participant ${one.user_id}`),
          stream,
          series: seriesOf(one.user_id),
          dash: DASHES[streams.indexOf(stream) % DASHES.length] ?? [],
          figuresOf: (figure: string) => one.streams[stream]?.[figure],
          ts: one.ts,
        })),
    );
    const ofDevices: Drawn[] = series.series.map((one) => ({
      key: `${one.user_id} device`,
      name: named(one.name, `participant ${one.user_id}`),
      stream: null,
      series: seriesOf(one.user_id),
      dash: [],
      figuresOf: (figure: string) => one.device?.[figure],
      ts: one.ts,
    }));
    return { ofStreams, ofDevices };
  }, [series, streams.join(), seriesOf]);

  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const by = event.key === "ArrowRight" ? 1 : -1;
    const next = cursor.minute === null ? axis.first : cursor.minute + by;
    cursor.point(Math.min(axis.last - 1, Math.max(axis.first, next)));
  };

  return (
    <div class="lines">
      <div
        class="lines-plots"
        role="group"
        tabIndex={0}
        aria-label="Time lines. Left and right go through minutes; the figures are in the table below."
        onKeyDown={pressed}
      >
        {figures.map((figure) => (
          <Plot
            key={figure.key}
            figure={figure}
            drawn={figure.of === "stream" ? ofStreams : ofDevices}
            series={series}
            streams={streams}
            axis={axis}
            gutter={gutter}
            width={width}
            cursor={cursor}
            zoom={zoom}
          />
        ))}
      </div>
      <Reading
        drawn={[...ofStreams, ...(figures.some((figure) => figure.of === "device") ? ofDevices : [])]}
        figures={figures}
        input={series.input}
        axis={axis}
        zone={zone}
        cursor={cursor}
      />
    </div>
  );
}

function Plot(props: {
  figure: Figure;
  drawn: readonly Drawn[];
  series: Series;
  streams: readonly string[];
  axis: Axis;
  gutter: number;
  width: number;
  cursor: Cursor;
  zoom: (first: number, last: number) => void;
}) {
  const { figure, drawn, series, streams, axis, gutter, width, cursor, zoom } = props;
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useScheme();
  const limits = figure.of === "stream" ? limitsOf(series, figure.key, streams) : null;
  const lines = useMemo(
    () =>
      drawn.map((one) => ({
        series: one.series,
        dash: one.dash,
        figures: laid(one.ts, one.figuresOf(figure.key), axis.begin, axis.minutes),
      })),
    [drawn, figure.key, axis.begin, axis.minutes],
  );
  const isEmpty = lines.every((line) => line.figures.every((value) => value === null));

  useLayoutEffect(() => {
    if (!target.current || width === 0 || isEmpty) return undefined;
    const made = draw(target.current, {
      width,
      height: Math.round(rem() * 8),
      gutter,
      axis,
      lines,
      limits,
      point: (minute) => cursor.point(minute),
      zoom,
    });
    plot.current = made;
    pointAt(made, axis, cursor.minute);
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [lines, axis, gutter, width, limits?.join(), dark, isEmpty]);

  useEffect(() => cursor.watch((minute) => plot.current && pointAt(plot.current, axis, minute)), [cursor, axis]);

  return (
    <figure class="plot">
      <figcaption>
        {figure.title} <span class="quiet">{figure.unit}</span>
        {limits !== null && (
          <span class="plot-limits quiet">
            fair above {limits[0]}, poor above {limits[1]}, bad above {limits[2]}
          </span>
        )}
      </figcaption>
      {isEmpty ? <p class="plot-empty quiet">Not measured.</p> : <div ref={target} aria-hidden="true" />}
    </figure>
  );
}

/** The figures of the minute that is pointed at; without one, of what the lines are. */
function Reading(props: {
  drawn: readonly Drawn[];
  figures: readonly Figure[];
  input: Series["input"];
  axis: Axis;
  zone: string;
  cursor: Cursor;
}) {
  const { drawn, figures, input, axis, zone, cursor } = props;
  const minute = useMinute(cursor);
  const time = minute === null ? null : clock(timeOf(axis, minute), zone);
  return (
    <div class="scroll-x" role="region" aria-label="Figures of one minute" tabIndex={0}>
      <table class="reading">
        <caption>
          {time === null ? (
            <span class="quiet">Lines; point at a minute for its figures</span>
          ) : (
            <>
              At <strong>{time}</strong>
            </>
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">Line</th>
            {figures.map((figure) => (
              <th key={figure.key} scope="col" class="number">
                {figure.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.map((one) => (
            <tr key={one.key}>
              <th scope="row">
                <Mark series={one.series} dash={one.dash} />
                {one.name}, {one.stream === null ? "device" : streamName(one.stream, input)}
              </th>
              {figures.map((figure) => {
                const isOf = (figure.of === "stream") === (one.stream !== null);
                const value = minute === null || !isOf ? null : laidAt(one.ts, one.figuresOf(figure.key), axis, minute);
                return (
                  <td key={figure.key} class="number">
                    {isOf ? measured(value, figure.unit) : ""}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function laidAt(ts: readonly number[], figures: Figures | undefined, axis: Axis, minute: number): number | null {
  const begin = timeOf(axis, minute) / 1000;
  const index = ts.findIndex((time) => time >= begin && time < begin + 60);
  return index < 0 ? null : (figures?.[index] ?? null);
}
