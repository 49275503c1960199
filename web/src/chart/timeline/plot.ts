import uPlot from "uplot";
import type { Figures, Limits } from "../../api/contract.ts";
import { colour, rem } from "../size.ts";
import { type Axis, timeOf } from "./axis.ts";
import { paintMark } from "./mark.tsx";

/** A line of a plot: whose it is by colour and shape, of which stream by its dashes. */
export interface Line {
  figures: Figures;
  /** Number of the colour, from 1. */
  series: number;
  dash: number[];
}

export interface PlotOptions {
  width: number;
  height: number;
  gutter: number;
  axis: Axis;
  lines: readonly Line[];
  limits: Limits | null;
  /** A minute that is pointed at. */
  point: (minute: number | null) => void;
  /** Minutes that are dragged over. */
  zoom: (first: number, last: number) => void;
}

/** How wide a gutter has to be, in pixels, for limits to be named in it, too; the heading names them anyway. */
const NAMED = 190;
/** What each limit begins. */
const GRADES = ["fair", "poor", "bad"];

/**
 * Draws figures over the minutes of an axis. A minute stands in the middle of its place, so that it lies under its
 * cell of the strip. Missing minutes are gaps; a minute between two gaps is a dot.
 */
export function draw(target: HTMLElement, options: PlotOptions): uPlot {
  const { width, height, gutter, axis, lines, limits, point, zoom } = options;
  const font = `${Math.round(rem() * 0.786)}px system-ui, sans-serif`;
  const times = Array.from({ length: axis.minutes }, (_, minute) => timeOf(axis, minute) / 1000 + 30);
  const [first, last] = [timeOf(axis, axis.first) / 1000, timeOf(axis, axis.last) / 1000];
  const cell = (width - gutter) / (axis.last - axis.first);
  // Marks stand so far apart that lines stay lines.
  const every = Math.max(1, Math.ceil(14 / cell));
  const guide = { stroke: colour("line"), width: 1 };
  const plot: uPlot = new uPlot(
    {
      width,
      height,
      padding: [Math.round(rem() * 0.6), 0, 4, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 5 },
        points: { size: 6 },
      },
      scales: {
        x: { time: true, range: () => [first, last] },
        y: { range: (_, low, high) => range(low, high, limits) },
      },
      axes: [
        { show: false },
        {
          size: gutter,
          font,
          stroke: colour("quiet"),
          grid: guide,
          ticks: { show: false },
          gap: 8,
          space: Math.round(rem() * 2),
        },
      ],
      series: [
        {},
        ...lines.map(({ series, dash }) => ({
          stroke: colour(`series-${series}`),
          width: 1.6,
          dash,
          spanGaps: false,
          points: { show: false },
        })),
      ],
      hooks: {
        drawClear: [(self) => limits && drawLimits(self, limits)],
        drawSeries: [(self, index) => drawMarks(self, index, lines[index - 1], every)],
        draw: [(self) => limits && gutter > NAMED && nameLimits(self, limits, font)],
        setCursor: [
          (self) => {
            // A plot that is made, or left by the cursor of another, points nowhere, and must not take it along.
            const left = self.cursor.left ?? -1;
            if (left >= 0) point(minuteAt(self, left, axis));
          },
        ],
        ready: [(self) => self.over.addEventListener("mouseleave", () => point(null))],
        setSelect: [
          (self) => {
            const { left, width: dragged } = self.select;
            if (dragged === 0) return;
            const from = minuteAt(self, left, axis);
            const to = minuteAt(self, left + dragged, axis);
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            zoom(from, to + 1);
          },
        ],
      },
    },
    [times, ...lines.map((line) => line.figures)],
    target,
  );
  return plot;
}

/** From 0, or from below where figures are negative, to what is there, with room for the next limit. */
function range(low: number | null, high: number | null, limits: Limits | null): [number, number] {
  if (low === null || high === null) return [0, limits?.[0] ?? 1];
  if (low < 0) return [low - 4, high + 4];
  const near = limits?.filter((limit) => limit <= high * 2).at(-1) ?? 0;
  return [0, Math.max(high * 1.08, near * 1.08, 1)];
}

function minuteAt(plot: uPlot, left: number, axis: Axis): number {
  const minute = Math.floor((plot.posToVal(left, "x") * 1000 - axis.begin) / 60_000);
  return Math.min(axis.last - 1, Math.max(axis.first, minute));
}

/** Puts the cursor of a plot at a minute, or takes it away. */
export function pointAt(plot: uPlot, axis: Axis, minute: number | null): void {
  const isSeen = minute !== null && minute >= axis.first && minute < axis.last;
  const left = isSeen ? plot.valToPos(timeOf(axis, minute) / 1000 + 30, "x") : -10;
  if (Math.abs((plot.cursor.left ?? -10) - left) > 0.5) plot.setCursor({ left, top: isSeen ? 1 : -10 }, false);
}

/** Calls back with each limit that is in sight, and how high it lies on the canvas. */
function eachLimit(plot: uPlot, limits: Limits, found: (limit: number, index: number, y: number) => void): void {
  const { bbox } = plot;
  limits.forEach((limit, index) => {
    const y = plot.valToPos(limit, "y", true);
    if (y >= bbox.top && y <= bbox.top + bbox.height) found(limit, index, y);
  });
}

function drawLimits(plot: uPlot, limits: Limits): void {
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.strokeStyle = colour("edge");
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  eachLimit(plot, limits, (_, __, y) => {
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  });
  ctx.restore();
}

/** Names limits in the gutter, left of the axis's figures; one that would lie on the one before stays without. */
function nameLimits(plot: uPlot, limits: Limits, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio || 1;
  const size = Number.parseFloat(font) * ratio;
  let free = Number.POSITIVE_INFINITY;
  ctx.save();
  ctx.font = font.replace(/^\d+/, () => String(size));
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour("quiet");
  eachLimit(plot, limits, (limit, index, y) => {
    if (y + size / 2 > free) return;
    free = y - size / 2;
    ctx.fillText(`${GRADES[index] ?? ""} above ${limit} ┄`, bbox.left - size * 3.6, y);
  });
  ctx.restore();
}

/** Marks a line now and then, and each minute that stands alone between two gaps. */
function drawMarks(plot: uPlot, index: number, line: Line | undefined, every: number): void {
  if (line === undefined) return;
  const { ctx } = plot;
  const ratio = window.devicePixelRatio || 1;
  const missing = (at: number): boolean => (line.figures[at] ?? null) === null;
  ctx.save();
  ctx.fillStyle = colour(`series-${line.series}`);
  const [first, last] = plot.series[0]?.idxs ?? [0, line.figures.length - 1];
  for (let at = first; at <= last; at += 1) {
    const value = line.figures[at] ?? null;
    const isAlone = missing(at - 1) && missing(at + 1);
    // Lines of one place are marked at different minutes, so that none hides another's marks.
    if (value === null || (!isAlone && (at + index) % every !== 0)) continue;
    const x = plot.valToPos(plot.data[0][at] ?? 0, "x", true);
    paintMark(ctx, line.series, x, plot.valToPos(value, "y", true), 2.7 * ratio);
  }
  ctx.restore();
}
