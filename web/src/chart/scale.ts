/** The end of an axis that has room for a value, and where it is marked. */
export interface Scale {
  end: number;
  ticks: number[];
}

/** Steps between marks of an axis, as parts of a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * An axis from 0 to at least `most`, with round marks.
 *
 * @param marks about how many steps there are to be.
 * @param cap where the axis ends at the latest: 1 for shares.
 */
export function scale(most: number, marks: number, cap = Number.POSITIVE_INFINITY): Scale {
  const wanted = Number.isFinite(most) && most > 0 ? Math.min(most, cap) : Math.min(0.01, cap);
  const rough = wanted / marks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((part) => part * power >= rough * (1 - 1e-9)) ?? 10);
  const steps = Math.ceil(wanted / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, mark) => Number((mark * step).toPrecision(12)));
  return { end: ticks.at(-1) ?? wanted, ticks: ticks.filter((tick) => tick <= cap + 1e-9) };
}

/** Where a value lies on an axis, as SVG wants it; outside of it, at its end. */
export function along(value: number, end: number): string {
  return `${Math.min(100, Math.max(0, (value / end) * 100)).toFixed(2)}%`;
}

/** A mark of an axis of shares: `2 %`, `0.5 %`. */
export function tickPercent(tick: number): string {
  return `${Number((tick * 100).toPrecision(3))}\u202f%`;
}
