import type { Share } from "../api/contract.ts";
import { dayName } from "../time/format.ts";
import { count, limits, percent } from "../words/number.ts";
import { along, scale, tickPercent } from "./scale.ts";

/** What a day amounts to. */
export interface DayPoint {
  day: string;
  joins?: number;
  minutes: number;
  poor_minutes: number;
  share: Share;
}

const HEIGHT = 150;

/**
 * The share of poor minutes by day: a dot with its line of limits; a day without judged minutes is a gap.
 *
 * @param hrefOf where a day leads.
 */
export function Days(props: { days: readonly DayPoint[]; hrefOf: (day: string) => string; what: string }) {
  const { days, hrefOf, what } = props;
  const { end, ticks } = scale(Math.max(...days.map((day) => day.share?.upper ?? 0), 0), 3, 1);
  const y = (value: number): number => HEIGHT - (Math.min(value, end) / end) * (HEIGHT - 12);
  // Labels are thinned out so that they never touch: about eight fit on the narrowest screen.
  const every = Math.ceil(days.length / 8);
  return (
    <figure class="days">
      <div class="days-plot">
        <svg width="100%" height={HEIGHT + 4} aria-hidden="true">
          {ticks.map((tick) => (
            <line key={tick} class="guide" x1="0" x2="100%" y1={y(tick)} y2={y(tick)} />
          ))}
          {ticks.map((tick) => (
            <text key={tick} class="tick" x="0" y={y(tick) - 3}>
              {tickPercent(tick)}
            </text>
          ))}
          {days.map(({ day, share }, index) => {
            const x = along(index + 0.5, days.length);
            return share === null ? (
              <text key={day} class="tick" x={x} y={HEIGHT - 4} text-anchor="middle">
                –
              </text>
            ) : (
              <g key={day} class="day-point">
                <line class="whisker" x1={x} x2={x} y1={y(share.lower)} y2={y(share.upper)} />
                <circle class="day-dot" cx={x} cy={y(share.value)} r="4" />
              </g>
            );
          })}
        </svg>
        <ol class="days-links">
          {days.map(({ day, share, minutes, joins }, index) => (
            <li key={day}>
              <a
                href={hrefOf(day)}
                title={`${dayName(day)}: ${percent(share?.value)} (95 %: ${limits(share)}) of ${count(minutes)} minutes`}
              >
                <span class="unseen">
                  {dayName(day)}: {percent(share?.value)} of {count(minutes)} judged {what} minutes
                  {joins === undefined ? "" : ` of ${count(joins)} joins`} poor or bad, 95 % {limits(share)}
                </span>
                {index % every === 0 && (
                  <span class="days-label" aria-hidden="true">
                    {dayName(day).split(" ").slice(0, 1).join(" ")}
                    <br />
                    {dayName(day).split(" ").slice(1).join(" ")}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ol>
      </div>
    </figure>
  );
}
