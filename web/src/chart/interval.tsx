import type { Share } from "../api/contract.ts";
import { along } from "./scale.ts";

/**
 * A share as a dot on its line of limits, within a table's cell. The figures stand beside it in words, so that it is
 * hidden from those who hear the page.
 *
 * @param kind how the dot is drawn: by shape as much as by colour.
 */
export function Interval(props: { share: Share; end: number; ticks: readonly number[]; kind: string }) {
  const { share, end, ticks, kind } = props;
  return (
    <svg class={`interval interval-${kind}`} width="100%" height="20" aria-hidden="true">
      {ticks.map((tick) => (
        <line key={tick} class="guide" x1={along(tick, end)} x2={along(tick, end)} y1="0" y2="20" />
      ))}
      {share !== null && (
        <>
          <line class="whisker" x1={along(share.lower, end)} x2={along(share.upper, end)} y1="10" y2="10" />
          <svg class="mark" x={along(share.value, end)} y="10" overflow="visible">
            {kind === "worse" && <path d="M-5.5 4.5 0-5.5 5.5 4.5z" />}
            {kind === "better" && <path d="M-5.5-4.5 0 5.5 5.5-4.5z" />}
            {kind !== "worse" && kind !== "better" && <circle r="4" />}
          </svg>
        </>
      )}
    </svg>
  );
}
