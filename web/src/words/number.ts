import type { Share } from "../api/contract.ts";

/** Between a figure and its unit: narrow, and no place to break a line. */
const THIN = "\u202f";
/** What stands where there is no figure. */
export const NONE = "–";

const WHOLE = new Intl.NumberFormat("en-GB");

/** `22,596`. */
export function count(number: number | null | undefined): string {
  return number === null || number === undefined ? NONE : WHOLE.format(number);
}

/** `1 join`, `22 joins`. */
export function counted(number: number, one: string, several = `${one}s`): string {
  return `${WHOLE.format(number)} ${number === 1 ? one : several}`;
}

/** A share from 0 to 1 as `3.1 %`; what is above 0 is never shown as 0, nor what is below 1 as all. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  if (share > 0 && share < 0.0005) return `< 0.1${THIN}%`;
  if (share < 1 && share > 0.9995) return `> 99.9${THIN}%`;
  return `${(share * 100).toFixed(1)}${THIN}%`;
}

/** A probability from 0 to 1 as `92 %`. */
export function sure(probability: number): string {
  return `${Math.round(probability * 100)}${THIN}%`;
}

/** The limits of a share, as `2.4 to 4.0 %`. */
export function limits(share: Share): string {
  return share === null ? NONE : `${(share.lower * 100).toFixed(1)} to ${percent(share.upper)}`;
}

/** A difference of shares, in points with its sign: `+46.9`. */
export function points(difference: number): string {
  const rounded = (difference * 100).toFixed(1);
  if (Number(rounded) === 0) return "0.0";
  return difference > 0 ? `+${rounded}` : rounded.replace("-", "−");
}

/** The share of poor minutes in judged ones; `null` where none was judged. */
export function ratio(poor: number, judged: number): number | null {
  return judged === 0 ? null : poor / judged;
}

/** A measured figure with its unit, to three digits that count. */
export function measured(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return NONE;
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${WHOLE.format(Number(value.toFixed(digits)))}${unit === "" ? "" : THIN + unit}`;
}

/** Bytes as `1.2 MB`, of a thousand each. */
export function bytes(number: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let scaled = number;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)}${THIN}${units[unit] ?? ""}`;
}
