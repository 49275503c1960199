import { colour } from "../size.ts";

/** Colours of cells and of the marks on them, read once for each painting. */
export interface Palette {
  ground: Record<string, string>;
  mark: Record<string, string>;
  panel: string;
  edge: string;
  ink: string;
  quiet: string;
  accent: string;
}

export function palette(): Palette {
  return {
    ground: { g: colour("good"), f: colour("fair"), p: colour("poor"), b: colour("bad"), u: colour("unjudged") },
    mark: {
      f: colour("mark-fair"),
      p: colour("mark-poor"),
      b: colour("mark-bad"),
      u: colour("mark-unjudged"),
    },
    panel: colour("panel"),
    edge: colour("edge"),
    ink: colour("ink"),
    quiet: colour("quiet"),
    accent: colour("accent"),
  };
}

/**
 * Paints one minute. Good is plain, fair has a dot, poor a stroke, bad a cross, what is not judged an outline; what
 * was not measured is left blank. `part/grade` draws the same squares. Marks are left out where they would not fit.
 */
export function paintCell(
  context: CanvasRenderingContext2D,
  colours: Palette,
  letter: string,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const ground = colours.ground[letter];
  if (ground === undefined) return;
  context.fillStyle = ground;
  context.fillRect(x, y, width, height);
  const mark = colours.mark[letter];
  if (mark === undefined || width < 4 || height < 6) return;
  const centre = x + width / 2;
  const middle = y + height / 2;
  const reach = Math.min(width, height) * 0.32;
  context.strokeStyle = mark;
  context.fillStyle = mark;
  context.lineWidth = 1.2;
  context.beginPath();
  if (letter === "f") {
    context.arc(centre, middle, Math.max(1, reach * 0.4), 0, 2 * Math.PI);
    context.fill();
    return;
  }
  if (letter === "u") {
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    return;
  }
  context.moveTo(centre - reach, middle + reach);
  context.lineTo(centre + reach, middle - reach);
  if (letter === "b") {
    context.moveTo(centre - reach, middle - reach);
    context.lineTo(centre + reach, middle + reach);
  }
  context.stroke();
}
