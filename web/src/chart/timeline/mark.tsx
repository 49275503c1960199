/**
 * The shape that stands for a participant beside a colour: circle, square, triangle, diamond, triangle upside down,
 * cross. Points are of a square from −1 to 1.
 */
const SHAPES: readonly (readonly (readonly [number, number])[])[] = [
  circle(),
  [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
  [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  [
    [0, 1],
    [-1, -0.8],
    [1, -0.8],
  ],
  [
    [-0.35, -1.1],
    [0.35, -1.1],
    [0.35, -0.35],
    [1.1, -0.35],
    [1.1, 0.35],
    [0.35, 0.35],
    [0.35, 1.1],
    [-0.35, 1.1],
    [-0.35, 0.35],
    [-1.1, 0.35],
    [-1.1, -0.35],
    [-0.35, -0.35],
  ],
];

function circle(): [number, number][] {
  const corners = 16;
  return Array.from({ length: corners }, (_, corner) => {
    const angle = (corner / corners) * 2 * Math.PI;
    return [Math.cos(angle), Math.sin(angle)];
  });
}

function shapeOf(series: number): readonly (readonly [number, number])[] {
  return SHAPES[(series - 1) % SHAPES.length] ?? [];
}

/** Draws the shape of a series, filled, around a point. */
export function paintMark(context: CanvasRenderingContext2D, series: number, x: number, y: number, size: number): void {
  context.beginPath();
  for (const [across, down] of shapeOf(series)) context.lineTo(x + across * size, y + down * size);
  context.fill();
}

/** The same in a page, 10 pixels high; with a line of its stream behind it where dashes are given. */
export function Mark({ series, dash }: { series: number; dash?: readonly number[] }) {
  const points = shapeOf(series)
    .map(([across, down]) => `${(across * 4).toFixed(2)},${(down * 4).toFixed(2)}`)
    .join(" ");
  const width = dash === undefined ? 10 : 36;
  return (
    <svg
      class={`mark-sample series-${series}`}
      width={width}
      height="10"
      viewBox={`${-width / 2} -5 ${width} 10`}
      aria-hidden="true"
    >
      {dash && <line x1={-width / 2} x2={width / 2} y1="0" y2="0" stroke-dasharray={dash.join(" ")} />}
      <polygon points={points} />
    </svg>
  );
}
