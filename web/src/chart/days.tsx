import type { Share } from "../api/contract.ts";
import { dayName } from "../time/format.ts";
import { go } from "../view/location.ts";
import { count, limits, percent } from "../words/number.ts";
import { scale, tickPercent } from "./scale.ts";
import { rem, useWidth } from "./size.ts";

/** What a day amounts to. */
export interface DayPoint {
  day: string;
  joins?: number;
  minutes: number;
  poor_minutes: number;
  share: Share;
}

/** How many minutes, as a part of those of a usual day, make a day's limits count for the height of the axis. */
const MANY = 0.2;
/** The least width of what can be hit by a finger, in pixels: WCAG 2.2, 2.5.8. */
const TARGET = 24;

/**
 * The share of poor minutes by day: a dot with its line of limits; a day without judged minutes is a gap. Each day
 * leads to itself: by its column, or by a menu where columns are too narrow to be hit.
 *
 * @param hrefOf where a day leads.
 */
export function Days(props: { days: readonly DayPoint[]; hrefOf: (day: string) => string; what: string }) {
  const { days, hrefOf, what } = props;
  const [frame, width] = useWidth<HTMLElement>();
  const { end, ticks } = scale(reach(days), 3, 1);
  const height = Math.round(rem() * 10.5);
  const y = (value: number): number => height - (Math.min(value, end) / end) * (height - rem());
  const fit = Math.max(1, Math.floor((width - rem() * 2.6) / (rem() * 3.6)));
  const every = Math.ceil(days.length / fit);
  const gutter = Math.round(rem() * 2.6);
  const isWide = (width - gutter) / days.length >= TARGET;
  const words = ({ day, share, minutes, joins }: DayPoint): string =>
    `${dayName(day)}: ${percent(share?.value)} of ${count(minutes)} judged ${what === "" ? "" : `${what} `}minutes${
      joins === undefined ? "" : ` of ${count(joins)} joins`
    } poor or bad, 95 %: ${limits(share)}`;
  return (
    <figure class="days" ref={frame}>
      <div class="days-plot">
        <svg width="100%" height={height + 4} aria-hidden="true">
          {ticks.map((tick) => (
            <line key={tick} class="guide" x1="0" x2="100%" y1={y(tick)} y2={y(tick)} />
          ))}
          {ticks.map((tick) => (
            <text key={tick} class="tick" x="0" y={y(tick) - 3}>
              {tickPercent(tick)}
            </text>
          ))}
          {days.map(({ day, share }, index) => {
            const x = gutter + ((index + 0.5) / days.length) * (width - gutter);
            return share === null ? (
              <text key={day} class="tick" x={x} y={height - 4} text-anchor="middle">
                –
              </text>
            ) : (
              <g key={day}>
                <line class="whisker" x1={x} x2={x} y1={y(share.lower)} y2={y(share.upper)} />
                {share.upper > end && (
                  <svg class="day-further" x={x} y={y(end)} overflow="visible">
                    <path d="M-4 4 0-1 4 4" />
                  </svg>
                )}
                <circle class="day-dot" cx={x} cy={y(share.value)} r="4" />
              </g>
            );
          })}
        </svg>
        <ol class="days-columns" style={{ left: `${gutter}px` }}>
          {days.map((point, index) => {
            const label =
              index % every === 0 && index + every / 2 <= days.length ? <Label day={point.day} /> : undefined;
            return (
              <li key={point.day}>
                {isWide ? (
                  <a href={hrefOf(point.day)} title={words(point)}>
                    <span class="unseen">{words(point)}</span>
                    {label}
                  </a>
                ) : (
                  <span class="days-column">
                    <span class="unseen">{words(point)}</span>
                    {label}
                  </span>
                )}
              </li>
            );
          })}
        </ol>
      </div>
      {!isWide && width > 0 && (
        <label class="menu">
          <span>Look at a day</span>
          <select value="" onChange={(event) => go(hrefOf(event.currentTarget.value))}>
            <option value="" disabled>
              choose
            </option>
            {days.map(({ day, share }) => (
              <option key={day} value={day}>
                {dayName(day)}, {percent(share?.value)}
              </option>
            ))}
          </select>
        </label>
      )}
    </figure>
  );
}

/**
 * How high the axis has to reach: over every dot, and over the limits of those days that have many minutes. One
 * meeting on a Sunday has limits so wide that the week would be a line at the bottom; they end in an arrow.
 */
function reach(days: readonly DayPoint[]): number {
  const minutes = days.map((day) => day.minutes).sort((a, b) => a - b);
  const many = (minutes[Math.floor(minutes.length * 0.75)] ?? 0) * MANY;
  return Math.max(...days.map(({ share, minutes: of }) => (of >= many ? share?.upper : share?.value) ?? 0), 0);
}

/** A day on two lines; its words stand beside it for those who hear it. */
function Label({ day }: { day: string }) {
  const [weekday = "", ...date] = dayName(day).split(" ");
  return (
    <span class="days-label" aria-hidden="true">
      {weekday}
      <br />
      {date.join(" ")}
    </span>
  );
}
