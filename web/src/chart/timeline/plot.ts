import uPlot from "uplot";
import type { Figures, Limits } from "../../api/contract.ts";
import { colour, rem } from "../size.ts";
import { type Axis, timeOf } from "./axis.ts";

/** A line of a plot: whose it is by colour, of which stream by its dashes. */
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
  unit: string;
  /** A minute that is pointed at. */
  point: (minute: number | null) => void;
  /** Minutes that are dragged over. */
  zoom: (first: number, last: number) => void;
}

/** How wide a plot has to be, in pixels, for limits to be named in it, too; its heading names them anyway. */
const NAMED = 480;
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
  const guide = { stroke: colour("line"), width: 1 };
  const plot: uPlot = new uPlot(
    {
      width,
      height,
      padding: [Math.round(rem() * 0.6), 0, 4, 0],
      legend: { show: false },
      focus: { alpha: 1 },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 5 },
        points: { size: 6 },
        focus: { prox: -1 },
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
          points: { show: true, size: cell < 8 ? 2.5 : 4, fill: colour(`series-${series}`), width: 0 },
        })),
      ],
      hooks: {
        drawClear: [(self) => limits && drawLimits(self, limits)],
        draw: [(self) => limits && width - gutter > NAMED && nameLimits(self, limits, font)],
        setCursor: [
          (self) => {
            const left = self.cursor.left ?? -1;
            point(left < 0 ? null : minuteAt(self, left, axis));
          },
        ],
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

/** Names limits at the right, above the lines; one that would lie on the one before it stays without. */
function nameLimits(plot: uPlot, limits: Limits, font: string): void {
  const { ctx, bbox } = plot;
  const ratio = window.devicePixelRatio || 1;
  const size = Number.parseFloat(font) * ratio;
  let free = Number.POSITIVE_INFINITY;
  ctx.save();
  ctx.font = font.replace(/^\d+/, () => String(size));
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  eachLimit(plot, limits, (limit, index, y) => {
    if (y + size / 2 > free) return;
    free = y - size / 2;
    const text = `${GRADES[index] ?? ""} > ${limit}`;
    const right = bbox.left + bbox.width - 4 * ratio;
    const width = ctx.measureText(text).width + 6 * ratio;
    ctx.fillStyle = colour("panel");
    ctx.fillRect(right - width + 3 * ratio, y - size * 0.6, width, size * 1.2);
    ctx.fillStyle = colour("quiet");
    ctx.fillText(text, right, y);
  });
  ctx.restore();
}
