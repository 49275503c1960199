import type { Incident } from "../../api/contract.ts";
import { shortSpan } from "../../time/format.ts";
import { causeName } from "../../words/cause.ts";
import { sure } from "../../words/number.ts";
import { named } from "../../words/shown.ts";
import { type Axis, place } from "./axis.ts";

/** When each cause was at work, on the time axis of the rest; its number is that of the diagnosis. */
export function Bands(props: { incidents: readonly Incident[]; axis: Axis; zone: string; gutter: number }) {
  const { incidents, axis, zone, gutter } = props;
  return (
    <ol class="bands" aria-label="Causes on the time axis">
      {incidents.map((incident, index) => {
        const minuteOf = (instant: string): number => (Date.parse(instant) - axis.begin) / 60_000;
        const from = Math.min(1, Math.max(0, place(axis, minuteOf(incident.from))));
        const to = Math.min(1, Math.max(0, place(axis, minuteOf(incident.to))));
        const label = `${causeName(incident.cause)}, ${sure(incident.probability)}`;
        return (
          <li key={index} class="timeline-line">
            <p class="timeline-label" style={{ width: `${gutter}px` }}>
              <span>
                <b>{index + 1}</b> {label}
              </span>
              <span class="unseen">{shortSpan(incident.from, incident.to, zone)}</span>
            </p>
            <div class="band-plot" aria-hidden="true">
              {to > from && (
                <div
                  class={`band band-${index % 3}`}
                  style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
                  title={`${named(incident.summary, causeName(incident.cause))}, ${shortSpan(incident.from, incident.to, zone)}`}
                >
                  <b>{index + 1}</b>
                </div>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
