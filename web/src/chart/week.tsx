import type { Site } from "../api/contract.ts";
import { count, percent, ratio } from "../words/number.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/** Fewer judged minutes than these in an hour of the week are too few for a share: a hollow cell says so. */
const FEW = 20;
/** Where each step of the colour begins, as a share of poor minutes; the digit beside it tells them apart. */
const STEPS = [0, 0.02, 0.05, 0.1, 0.2];

/** The share of poor minutes by day of the week and hour: a shade and its percentage in each cell. */
export function Week({ week, zone }: { week: Site["week"]; zone: string }) {
  return (
    <>
      <div class="scroll-x" role="region" tabIndex={0} aria-label="Week by hour">
        <table class="week">
          <caption class="unseen">
            Share of judged minutes that were poor or bad, in per cent, by weekday and hour of {zone}
          </caption>
          <thead>
            <tr>
              <td />
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col">
                  {String(hour).padStart(2, "0")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {DAYS.map((day, index) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                {Array.from({ length: 24 }, (_, hour) => {
                  const { minutes = 0, poor_minutes: poor = 0 } = week[index]?.[hour] ?? {};
                  const share = ratio(poor, minutes);
                  const kind = share === null ? "none" : minutes < FEW ? "few" : `step-${stepOf(share)}`;
                  const title = `${day} ${hour}:00: ${percent(share)} of ${count(minutes)} minutes`;
                  return (
                    <td key={hour} class={`week-${kind}`} title={title}>
                      {share === null ? <span class="unseen">none</span> : whole(share)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul class="legend">
        {STEPS.map((step, index) => (
          <li key={step} class="grade">
            <span class={`week-sample week-step-${index}`} aria-hidden="true" />
            {index === 0 ? `below ${percent(STEPS[1])}` : `from ${percent(step)}`}
          </li>
        ))}
        <li class="grade">
          <span class="week-sample week-few" aria-hidden="true" />
          fewer than {FEW} minutes
        </li>
        <li class="grade">
          <span class="week-sample week-none" aria-hidden="true" />
          none judged
        </li>
      </ul>
    </>
  );
}

function stepOf(share: number): number {
  return STEPS.reduce((step, begins, index) => (share >= begins ? index : step), 0);
}

/** Per cent without its sign: what fits into a cell. */
function whole(share: number): string {
  if (share === 0) return "0";
  return share < 0.01 ? "<1" : String(Math.round(share * 100));
}
