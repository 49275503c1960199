import { useState } from "preact/hooks";
import type { Group, GroupRow } from "../api/contract.ts";
import { Interval } from "../chart/interval.tsx";
import { along, scale, tickPercent } from "../chart/scale.ts";
import { toSite, type Window } from "../view/routes.ts";
import { count, counted, limits, percent } from "../words/number.ts";
import { named } from "../words/shown.ts";
import { StandingMark } from "./grade.tsx";
import { Nothing } from "./answer.tsx";
import { Section } from "./page.tsx";

/** What groups are made by, as a heading. */
const BY: Record<string, string> = {
  site: "Sites",
  network_type: "Networks",
  data_center: "Zoom data centres",
  version: "Client versions",
  location: "Locations",
};

/** How many groups are shown at first. */
const FIRST = 6;

/** Groups of joins, the worst first: a dot for the share, a line for its limits, and how many it rests on. */
export function Groups({ group, window, what }: { group: Group; window: Window; what: string }) {
  const [all, setAll] = useState(false);
  const rows = worstFirst(group.rows);
  const visible = all ? rows : rows.slice(0, FIRST);
  // Groups of too few joins have intervals so wide that those of the others would shrink to nothing.
  const enough = visible.filter((row) => row.standing !== "not-enough-data");
  const most = Math.max(
    ...visible.map((row) => row.share?.value ?? 0),
    ...(enough.length > 0 ? enough : visible).map((row) => row.share?.upper ?? 0),
    0,
  );
  const { end, ticks } = scale(most, 3, 1);
  const hasLinks = group.by === "site";
  return (
    <Section
      title={BY[group.by] ?? named(group.by, "Groups")}
      aside={<span class="quiet">worst first</span>}
      note={
        <>
          Share of judged {what} minutes that were poor or bad; line: 95 % interval; n: joins / people.
          {group.suppressed > 0 && ` Left out, as fewer than five people are in them: ${group.suppressed}.`}
        </>
      }
    >
      {rows.length === 0 ? (
        <Nothing>No join has a verdict here.</Nothing>
      ) : (
        <table class="groups">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="groups-plot">
                <span class="axis" aria-hidden="true">
                  {ticks.map((tick) => (
                    <span key={tick} style={{ left: along(tick, end) }}>
                      {tickPercent(tick)}
                    </span>
                  ))}
                </span>
                <span class="unseen">Interval</span>
              </th>
              <th scope="col" class="number">
                Poor
              </th>
              <th scope="col" class="number">
                n
              </th>
            </tr>
          </thead>
          <tbody>
            {visible.map((row) => (
              <tr key={row.name ?? ""}>
                <th scope="row" class="text">
                  {hasLinks && row.name !== null ? (
                    <a href={toSite(row.name, window)}>{named(row.name, "not known")}</a>
                  ) : (
                    named(row.name, "not known")
                  )}
                  {row.standing !== "typical" && <StandingMark standing={row.standing} />}
                </th>
                <td class="groups-plot">
                  <Interval share={row.share} end={end} ticks={ticks} kind={row.standing} />
                </td>
                <td class="number">
                  <span title={`95 %: ${limits(row.share)}`}>{percent(row.share?.value)}</span>
                  <span class="unseen">, 95 % {limits(row.share)}</span>
                </td>
                <td class="number quiet">
                  {count(row.joins)}
                  <span aria-hidden="true"> / </span>
                  <span class="unseen"> joins of </span>
                  {count(row.people)}
                  <span class="unseen"> people</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > FIRST && (
        <button type="button" class="plain" onClick={() => setAll(!all)}>
          {all ? "Show the worst alone" : `Show all ${counted(rows.length, "group")}`}
        </button>
      )}
    </Section>
  );
}

/** Those that are worse beyond chance, then by share; those of too few joins last. */
export function worstFirst(rows: readonly GroupRow[]): GroupRow[] {
  const rank = (row: GroupRow): number =>
    row.share === null ? 3 : row.standing === "worse" ? 0 : row.standing === "not-enough-data" ? 2 : 1;
  return [...rows].sort((a, b) => rank(a) - rank(b) || (b.share?.value ?? 0) - (a.share?.value ?? 0));
}

/** The group with a name that is worst, for a sentence; `null` where none has enough joins and a poor minute. */
export function worst(groups: readonly Group[], by: string): GroupRow | null {
  const row = worstFirst(groups.find((group) => group.by === by)?.rows ?? []).find((one) => one.name !== null);
  return row !== undefined && row.standing !== "not-enough-data" && (row.share?.value ?? 0) > 0 ? row : null;
}
