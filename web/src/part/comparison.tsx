import type { Cohort, Comparison, Counted, Effect, Said } from "../api/contract.ts";
import { along, scale, tickPercent } from "../chart/scale.ts";
import { moment } from "../time/format.ts";
import { count, counted, NONE, percent, points, ratio } from "../words/number.ts";
import { named, sentence } from "../words/shown.ts";
import { Nothing } from "./answer.tsx";
import type { Choice } from "./controls.tsx";
import { Section } from "./page.tsx";

/** What a finding says; not that there is no difference, where none is shown. */
function findingWords(finding: string): string {
  switch (finding) {
    case "worse":
      return "worse, beyond chance";
    case "better":
      return "better, beyond chance";
    case "not-enough-data":
      return "not enough data";
    default:
      return "no difference is shown";
  }
}

/** A group against others, or before against after: the finding first, then how large, then what it rests on. */
export function Effects(props: {
  comparison: Comparison;
  zone: string;
  /** What people call the group that was asked for, and that which it is set against; the answer has conditions. */
  group: string | null;
  others: string | null;
}) {
  const { comparison, zone } = props;
  const { changed, comparison: compared } = comparison;
  const group = props.group ?? "all";
  const others = props.others ?? "all others";
  // Without a group, what came after a change is compared with what was before it.
  const [first, second] = comparison.change !== null ? ["after the change", "before it"] : [group, others];
  const lines: [string, Said][] = changed
    ? [
        [`${group}: after against before`, changed.cohort],
        ["the rest: after against before", changed.rest],
        ["the group beyond the rest", changed.beyond_rest],
      ]
    : compared
      ? [[`${first} against ${second}`, compared]]
      : [];
  const counts: [string, Counted][] = changed
    ? [
        [`${group}, before`, changed.cohort.reference],
        [`${group}, after`, changed.cohort.group],
        ["the rest, before", changed.rest.reference],
        ["the rest, after", changed.rest.group],
      ]
    : compared
      ? [
          [first, compared.group],
          [second, compared.reference],
        ]
      : [];
  const last = lines.at(-1);
  if (last === undefined) return <Nothing>The server compared nothing.</Nothing>;
  const [name, said] = last;
  return (
    <div class="stack">
      <p class="lead">
        <strong>
          {sentence(name)}: {findingWords(said.finding)}.
        </strong>{" "}
        {said.poor_joins ? (
          <>
            Poor joins {points(said.poor_joins.difference)} points (95 %: {points(said.poor_joins.lower)} to{" "}
            {points(said.poor_joins.upper)}).
          </>
        ) : (
          <>Fewer than three people or two meetings are on a side.</>
        )}{" "}
        <span class="quiet">
          {counted(comparison.joins, "join")} with a verdict in {comparison.medium}
          {comparison.change === null ? "" : `; the change was at ${moment(comparison.change, zone)}`}.
        </span>
      </p>
      <Section
        title="How large the difference is"
        note="In points of the share; line: 95 % interval, by meetings and people, not by joins. p: how often chance alone makes a difference so far from 0. Visible from: the smallest difference that four of five such comparisons find."
      >
        <Differences lines={lines} />
      </Section>
      <Section
        title="What it rests on"
        note="Left out: joins without any counterpart in the same hour of the week. A difference by itself is no cause."
      >
        <div class="scroll-x" role="region" tabIndex={0} aria-label="What it rests on">
          <table class="counts">
            <thead>
              <tr>
                <th scope="col">Group</th>
                {["Joins", "Poor", "Minutes", "Poor", "People", "Meetings", "Left out"].map((title, index) => (
                  <th key={index} scope="col" class="number">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {counts.map(([title, of]) => (
                <tr key={title}>
                  <th scope="row" class="text">
                    {title}
                  </th>
                  <td class="number">{count(of.joins)}</td>
                  <td class="number">{percent(ratio(of.poor_joins, of.joins))}</td>
                  <td class="number">{count(of.minutes)}</td>
                  <td class="number">{percent(ratio(of.poor_minutes, of.minutes))}</td>
                  <td class="number">{count(of.people)}</td>
                  <td class="number">{count(of.meetings)}</td>
                  <td class="number">{count(of.unmatched_joins)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </div>
  );
}

/** Differences on one axis around 0, better to the left. */
function Differences({ lines }: { lines: readonly (readonly [string, Said])[] }) {
  const effects = lines.flatMap(([, said]) => [said.poor_joins, said.poor_minutes].filter((one) => one !== undefined));
  const reach = scale(
    Math.max(...effects.map((one) => Math.max(Math.abs(one.lower), Math.abs(one.upper))), 0.01),
    2,
  ).end;
  return (
    <table class="differences blocks">
      <thead>
        <tr>
          <th scope="col">Difference</th>
          <th scope="col" class="difference-plot">
            <span class="difference-ends" aria-hidden="true">
              <span>◂ better, −{tickPercent(reach)}</span>
              <span>0</span>
              <span>+{tickPercent(reach)}, worse ▸</span>
            </span>
            <span class="unseen">Interval</span>
          </th>
          <th scope="col" class="number">
            Points
          </th>
          <th scope="col">Finding</th>
        </tr>
      </thead>
      <tbody>
        {lines.flatMap(([name, said]) =>
          said.poor_joins && said.poor_minutes
            ? [
                <Difference
                  key={`${name} joins`}
                  name={name}
                  what="poor joins"
                  effect={said.poor_joins}
                  reach={reach}
                />,
                <Difference
                  key={`${name} minutes`}
                  name=""
                  what="poor minutes"
                  effect={said.poor_minutes}
                  reach={reach}
                />,
              ]
            : [
                <tr key={name}>
                  <th scope="row" class="text first">
                    {name}
                  </th>
                  <td class="difference-plot" />
                  <td class="number">{NONE}</td>
                  <td>not enough data</td>
                </tr>,
              ],
        )}
      </tbody>
    </table>
  );
}

function Difference(props: { name: string; what: string; effect: Effect; reach: number }) {
  const { name, what, effect, reach } = props;
  const x = (value: number): string => along(value + reach, 2 * reach);
  const kind = effect.finding === "worse" || effect.finding === "better" ? effect.finding : "open";
  return (
    <tr>
      <th scope="row" class="text first">
        {name === "" ? "" : <b>{sentence(name)}: </b>}
        {what}
      </th>
      <td class="difference-plot">
        <svg class={`interval interval-${kind}`} width="100%" height="20" aria-hidden="true">
          <line class="zero" x1="50%" x2="50%" y1="0" y2="20" />
          <line class="whisker" x1={x(effect.lower)} x2={x(effect.upper)} y1="10" y2="10" />
          <svg class="mark" x={x(effect.difference)} y="10" overflow="visible">
            {kind === "worse" && <path d="M-5.5 4.5 0-5.5 5.5 4.5z" />}
            {kind === "better" && <path d="M-5.5-4.5 0 5.5 5.5-4.5z" />}
            {kind === "open" && <circle r="4" />}
          </svg>
        </svg>
      </td>
      <td class="number">
        {points(effect.difference)}{" "}
        <span class="quiet">
          {points(effect.lower)} to {points(effect.upper)}
        </span>
      </td>
      <td>
        {findingWords(effect.finding)}
        <span class="quiet">
          , p {effect.p_value < 0.001 ? "< 0.001" : effect.p_value.toFixed(3)}
          {effect.smallest_visible === null ? "" : `, visible from ${points(effect.smallest_visible).replace("+", "")}`}
        </span>
      </td>
    </tr>
  );
}

/** All groups by a trait, the worst first, those that stand out named. */
export function Ranking({ comparison, traits }: { comparison: Comparison; traits: readonly Choice<string>[] }) {
  const by = comparison.cohorts?.by ?? "";
  const cohorts = comparison.cohorts?.cohorts ?? [];
  const outstanding = cohorts.filter((cohort) => cohort.standing === "named");
  const title = traits.find((one) => one.value === by)?.label ?? named(by, "group");
  const { end, ticks } = scale(
    Math.max(...cohorts.map((cohort) => Math.max(cohort.rate, cohort.rate_at_least)), 0),
    4,
    1,
  );
  return (
    <div class="stack">
      <p class="lead">
        <strong>
          {outstanding.length === 0
            ? `No ${title} stands out beyond chance.`
            : `${outstanding.map((cohort) => cohortName(cohort)).join(", ")}: worse than the others, beyond chance.`}
        </strong>{" "}
        <span class="quiet">
          {counted(comparison.joins, "join")} with a verdict in {comparison.medium}.
        </span>
      </p>
      <Section
        title={`By ${title}`}
        note="Rate: the share of poor joins, shrunk towards that of all, so that few joins don’t lead the list; line: down to what it is at least (95 %). Named: worse by limits of 95 %, by five points, and over all groups by Benjamini and Hochberg’s procedure. Several names in a line have the same joins and can’t be told apart."
      >
        {cohorts.length === 0 ? (
          <Nothing>No join of this time has a verdict.</Nothing>
        ) : (
          <table class="groups ranking">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col" class="groups-plot">
                  <span class="axis" aria-hidden="true">
                    {ticks.map((tick) => (
                      <span key={tick} style={{ left: along(tick, end) }}>
                        {tickPercent(tick)}
                      </span>
                    ))}
                  </span>
                  <span class="unseen">Rate</span>
                </th>
                <th scope="col" class="number">
                  Rate
                </th>
                <th scope="col" class="number">
                  n
                </th>
              </tr>
            </thead>
            <tbody>
              {cohorts.map((cohort, index) => (
                <Ranked key={index} cohort={cohort} end={end} ticks={ticks} />
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </div>
  );
}

function cohortName(cohort: Cohort): string {
  return cohort.names.map((name) => named(name, "not known")).join(" = ");
}

function Ranked({ cohort, end, ticks }: { cohort: Cohort; end: number; ticks: readonly number[] }) {
  const kind =
    cohort.standing === "named" ? "worse" : cohort.standing === "not-enough-data" ? cohort.standing : "typical";
  return (
    <tr>
      <th scope="row" class="text">
        {cohortName(cohort)}
        {kind === "worse" && <span class="standing standing-worse">named</span>}
        {kind === "not-enough-data" && <span class="standing">not enough data</span>}
      </th>
      <td class="groups-plot">
        <svg class={`interval interval-${kind}`} width="100%" height="20" aria-hidden="true">
          {ticks.map((tick) => (
            <line key={tick} class="guide" x1={along(tick, end)} x2={along(tick, end)} y1="0" y2="20" />
          ))}
          <line
            class="whisker"
            x1={along(Math.min(cohort.rate_at_least, cohort.rate), end)}
            x2={along(cohort.rate, end)}
            y1="10"
            y2="10"
          />
          <svg class="mark" x={along(cohort.rate, end)} y="10" overflow="visible">
            {kind === "worse" ? <path d="M-5.5 4.5 0-5.5 5.5 4.5z" /> : <circle r="4" />}
          </svg>
        </svg>
      </td>
      <td class="number">{percent(cohort.rate)}</td>
      <td class="number quiet">
        {count(cohort.group.joins)} / {count(cohort.group.people)}
      </td>
    </tr>
  );
}
