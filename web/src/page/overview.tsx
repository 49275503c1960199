import { question } from "../api/ask.ts";
import type { CoverageSummary, Incidents, Meetings, Overview, Tail } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Days } from "../chart/days.tsx";
import { along, scale, tickPercent } from "../chart/scale.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { MEDIA, Segments, useChoice } from "../part/controls.tsx";
import { Groups, worst } from "../part/groups.tsx";
import { IncidentList } from "../part/incident-list.tsx";
import { MeetingList } from "../part/meeting-list.tsx";
import { Page, Section } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { dayName, span } from "../time/format.ts";
import { dayAfter } from "../time/zone.ts";
import { here } from "../view/location.ts";
import { type Range, useRange } from "../view/range.ts";
import { link, toMeetings, toSite } from "../view/routes.ts";
import { latestOf, useSession } from "../view/session.ts";
import { count, counted, limits, percent, ratio } from "../words/number.ts";
import { named } from "../words/shown.ts";

/** How many incidents stand on the overview; the rest is behind a link. */
const INCIDENTS = 8;
const WORST_MEETINGS = 6;

/** How everything went: the sentence that matters first, then where to look. */
export function OverviewPage() {
  const session = useSession();
  const latest = latestOf(session);
  const range = useRange(7, latest);
  const [medium, setMedium] = useChoice("medium", MEDIA);
  const asked = { from: range.start, to: range.end };
  const overview = useAnswer<Overview>(question("overview", { ...asked, tz: range.zone, medium }));
  const worstMeetings = useAnswer<Meetings>(
    question("meetings", { ...asked, sort: "poor_minutes", order: "desc", limit: WORST_MEETINGS }),
  );
  // The causes take the server seconds the first time: they are asked for when the rest is there.
  const incidents = useAnswer<Incidents>(overview.state === "asking" ? null : question("incidents", asked));
  const sites = new Set(
    (overview.data?.groups.find((group) => group.by === "site")?.rows ?? []).flatMap((row) => row.name ?? []),
  );

  return (
    <Page
      title="Overview"
      controls={
        <>
          <Segments label="Medium" choices={MEDIA} chosen={medium} choose={setMedium} />
          <RangeBar range={range} latest={latest} />
        </>
      }
    >
      <Answer asking={overview} what="the overview">
        {(data) =>
          data.totals.minutes === 0 ? (
            <Empty range={range} />
          ) : (
            <div class="stack">
              <Lead data={data} range={range} />
              <div class="split">
                <div class="stack">
                  <Section
                    title="Incidents"
                    aside={<span class="quiet">causes by how sure they are</span>}
                    note="An incident is a cause in a place for some time, told from the figures. How sure is a probability, not a proof; open it for what speaks for and against it."
                  >
                    <Answer asking={incidents} what="incidents (the first time takes some seconds)">
                      {({ incidents: all }) =>
                        all.length === 0 ? (
                          <Nothing>
                            No incident: what was poor is too little, or too scattered, to go with a cause.
                          </Nothing>
                        ) : (
                          <>
                            <IncidentList incidents={all.slice(0, INCIDENTS)} window={range} sites={sites} />
                            {all.length > INCIDENTS && (
                              <details>
                                <summary>{counted(all.length - INCIDENTS, "more incident")}</summary>
                                <IncidentList incidents={all.slice(INCIDENTS)} window={range} sites={sites} />
                              </details>
                            )}
                          </>
                        )
                      }
                    </Answer>
                  </Section>
                  <Section
                    title="Meetings with the most poor minutes"
                    aside={<a href={toMeetings(range, { sort: "poor_minutes" })}>all meetings</a>}
                    note="Audio minutes, of all joins of a meeting together."
                  >
                    <Answer asking={worstMeetings} what="meetings">
                      {({ rows }) =>
                        rows.length === 0 ? (
                          <Nothing>No meeting ended in this time.</Nothing>
                        ) : (
                          <MeetingList meetings={rows} />
                        )
                      }
                    </Answer>
                  </Section>
                </div>
                <div class="stack">
                  <Section
                    title="By day"
                    note={`Share of judged ${medium} minutes that were poor or bad; line: 95 % interval, an arrow where it goes further. Days of ${range.zone}. “–”: nothing judged.`}
                  >
                    <Days days={data.days} what={medium} hrefOf={(day) => here({ from: day, to: dayAfter(day, 1) })} />
                  </Section>
                  <TailPanel tail={data.tail} medium={medium} />
                  <CoveragePanel coverage={data.coverage} range={range} />
                </div>
              </div>
              <div class="grid">
                {data.groups.map((group) => (
                  <Groups key={group.by} group={group} window={range} what={medium} />
                ))}
              </div>
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

/** The sentence that matters first. */
function Lead({ data, range }: { data: Overview; range: Range }) {
  const { totals, medium } = data;
  const site = worst(data.groups, "site");
  // The day that is worst at least: one of a single meeting says little, however bad that was.
  const day = data.days.reduce<(typeof data.days)[number] | null>(
    (most, one) => ((one.share?.lower ?? 0) > (most?.share?.lower ?? 0) ? one : most),
    null,
  );
  return (
    <p class="lead">
      <strong>
        {percent(totals.share?.value)} of judged {medium} minutes were poor or bad
      </strong>
      {": "}
      {count(totals.poor_minutes)} of {count(totals.minutes)}, in {count(totals.poor_joins)} of{" "}
      {counted(totals.joins, "join")}.
      {site !== null && (
        <>
          {" "}
          {site.standing === "worse"
            ? "Worst site: "
            : "No site is worse than the others beyond chance; the highest is "}
          <a href={toSite(site.name ?? "", range)}>{named(site.name, "not known")}</a>, {percent(site.share?.value)}.
        </>
      )}
      {day !== null && data.days.length > 1 && (
        <>
          {" "}
          Worst day:{" "}
          <a class="stay" href={here({ from: day.day, to: dayAfter(day.day, 1) })}>
            {dayName(day.day)}
          </a>
          , {percent(day.share?.value)}.
        </>
      )}
      <span class="lead-foot">
        {counted(totals.people, "person", "people")}, {counted(totals.meetings, "meeting")}; 95 %:{" "}
        {limits(totals.share)}; {span(data.from, data.to, range.zone)}.
      </span>
    </p>
  );
}

/** The joins that fared worst, before any average. */
function TailPanel({ tail, medium }: { tail: Tail | null; medium: string }) {
  const quantiles: [string, string, number][] =
    tail === null
      ? []
      : [
          ["1 join in 100", "p99", tail.p99],
          ["1 in 20", "p95", tail.p95],
          ["1 in 10", "p90", tail.p90],
          ["1 in 4", "p75", tail.p75],
          ["half of them", "p50", tail.p50],
        ];
  const { end } = scale(Math.max(...quantiles.map(([, , value]) => value), 0), 4, 1);
  return (
    <Section
      title="The worst joins"
      note={
        tail === null
          ? undefined
          : `Quantiles of the share of poor ${medium} minutes of a join, over ${counted(tail.n, "join")} with a verdict.`
      }
    >
      {tail === null ? (
        <Nothing>Too few joins have a verdict.</Nothing>
      ) : (
        <table class="tail">
          <tbody>
            {quantiles.map(([words, name, value]) => (
              <tr key={name}>
                <th scope="row">
                  {words} <span class="quiet">{name}</span>
                </th>
                <td class="tail-plot">
                  <svg class="interval" width="100%" height="18" aria-hidden="true">
                    <line class="stem" x1="0" x2={along(value, end)} y1="9" y2="9" />
                    <circle class="day-dot" cx={along(value, end)} cy="9" r="4" />
                  </svg>
                </td>
                <td class="number">{value === 0 ? tickPercent(0) : `≥ ${percent(value)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** What all of this rests on. */
function CoveragePanel({ coverage, range }: { coverage: CoverageSummary | null; range: Range }) {
  const href = link(["coverage"], { from: range.from, to: range.to });
  return (
    <Section title="What this rests on" aside={<a href={href}>coverage and quota</a>}>
      {coverage === null ? (
        <Nothing>Nothing of this time was collected.</Nothing>
      ) : (
        <dl class="facts">
          <dt>Meetings</dt>
          <dd>
            {count(coverage.complete_meetings)} of {count(coverage.meetings)} complete
            {coverage.not_obtainable_meetings > 0 &&
              `, ${count(coverage.not_obtainable_meetings)} that Zoom has no report of`}
          </dd>
          <dt>Joins</dt>
          <dd>
            {count(coverage.participants_got)} of {count(coverage.participants_expected)} (
            {percent(ratio(coverage.participants_got, coverage.participants_expected))})
          </dd>
          <dt>Minutes</dt>
          <dd>
            {count(coverage.minutes_got)} of {count(coverage.minutes_expected)} (
            {percent(ratio(coverage.minutes_got, coverage.minutes_expected))})
          </dd>
          <dt>Missing</dt>
          <dd>
            {coverage.holes === 0 ? "nothing" : `something of ${counted(coverage.holes, "meeting")}`}
            {coverage.unlisted_days > 0 && `; ${counted(coverage.unlisted_days, "day")} not listed to the end`}
          </dd>
        </dl>
      )}
    </Section>
  );
}

/** Nothing was judged: why, and where there is something. */
function Empty({ range }: { range: Range }) {
  const { store } = useSession();
  return (
    <Nothing>
      <p>
        No minute has a verdict from {span(range.start, range.end, range.zone)}. Either nobody met, or nothing was
        collected.
      </p>
      {store.newest_day !== null && (
        <p>
          The newest day of the store is{" "}
          <a href={here({ from: dayAfter(store.newest_day, -6), to: dayAfter(store.newest_day, 1) })}>
            {dayName(store.newest_day)}
          </a>
          .
        </p>
      )}
      {store.newest_day === null && (
        <p>
          The store is empty: <code>zqos collect</code> fills it.
        </p>
      )}
    </Nothing>
  );
}
