import { dayAfter, dayAt, isDay, type DayText } from "../time/zone.ts";
import { adjust, here } from "../view/location.ts";
import { lastDays, yesterday, type Range } from "../view/range.ts";
import type { Window } from "../view/routes.ts";
import type { Latest } from "../view/session.ts";

/** Which days are shown: a few that are usual, and any others. */
export function RangeBar({ range, latest }: { range: Range; latest: Latest }) {
  const { zone } = range;
  const usual: [string, Window][] = [
    [latest.isNow ? "Today" : "Last day", lastDays(1, latest.at, zone)],
    [latest.isNow ? "Yesterday" : "Day before", yesterday(latest.at, zone)],
    ["7 days", lastDays(7, latest.at, zone)],
    ["30 days", lastDays(30, latest.at, zone)],
  ];
  const first = dayOf(range.from, range.start, zone);
  // People name the last day that counts; an address names the first that does not.
  const last = isDay(range.to) ? dayAfter(range.to, -1) : dayAt(Date.parse(range.end) - 1, zone);
  const set = (from: DayText, to: DayText): void => {
    if (isDay(from) && isDay(to)) {
      const [early, late] = from <= to ? [from, to] : [to, from];
      adjust({ from: early, to: dayAfter(late, 1), cursor: null }, { replace: false });
    }
  };
  return (
    <div class="range">
      <nav aria-label="Usual ranges" class="range-usual">
        {usual.map(([label, window]) => {
          const isChosen = window.from === range.from && window.to === range.to;
          return (
            <a
              key={label}
              class={isChosen ? "segment chosen" : "segment"}
              href={here({ from: window.from, to: window.to, cursor: null })}
              {...(isChosen && { "aria-current": "true" as const })}
            >
              {label}
            </a>
          );
        })}
      </nav>
      <span class="range-days">
        <label>
          <span class="unseen">First day</span>
          <input type="date" value={first} onChange={(event) => set(event.currentTarget.value, last)} />
        </label>
        <span aria-hidden="true">–</span>
        <label>
          <span class="unseen">Last day</span>
          <input type="date" value={last} onChange={(event) => set(first, event.currentTarget.value)} />
        </label>
      </span>
    </div>
  );
}

function dayOf(text: string, start: string, zone: string): DayText {
  return isDay(text) ? text : dayAt(Date.parse(start), zone);
}
