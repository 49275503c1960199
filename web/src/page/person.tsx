import { question } from "../api/ask.ts";
import type { Person, Profile, Ratio } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Days } from "../chart/days.tsx";
import { along, scale } from "../chart/scale.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { Causes, Grounds } from "../part/diagnosis.tsx";
import { Grade } from "../part/grade.tsx";
import { Page, Section } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { moment } from "../time/format.ts";
import { dayAfter } from "../time/zone.ts";
import { type Range, useRange } from "../view/range.ts";
import { toMeeting, toMeetings, toSite } from "../view/routes.ts";
import { latestOf, useSession } from "../view/session.ts";
import { count, counted, percent, ratio } from "../words/number.ts";
import { named, shown } from "../words/shown.ts";

/** How long a person is looked at where the address does not say, in days. */
const DAYS = 30;

const WHAT: Record<string, string> = {
  network_type: "Network",
  site: "Site",
  device: "Device",
  version: "Version",
  microphone: "Microphone",
  speaker: "Speaker",
  headset: "Headset",
};

/** A person over some time: how many days were poor, on which network and headset, against others. */
export function PersonPage({ personKey }: { personKey: string }) {
  const latest = latestOf(useSession());
  const range = useRange(DAYS, latest);
  const asking = useAnswer<Person>(
    question(`people/${encodeURIComponent(personKey)}`, { from: range.start, to: range.end, tz: range.zone }),
  );
  return (
    <Page
      title={named(asking.data?.name, named(personKey, "Person"))}
      kind="Person"
      controls={<RangeBar range={range} latest={latest} />}
    >
      <Answer asking={asking} what="the person’s days">
        {(person) => <Shown person={person} range={range} />}
      </Answer>
    </Page>
  );
}

function Shown({ person, range }: { person: Person; range: Range }) {
  const { diagnosis, days, meetings, key } = person;
  const profile = diagnosis.person;
  return (
    <div class="stack">
      <div>
        {profile && (
          <p class="lead">
            <strong>
              Poor or bad on {count(profile.poor_days)} of {counted(profile.days, "day")}
            </strong>{" "}
            with {counted(profile.meetings, "meeting")}. Own minutes: {percent(profile.own.share)} poor or bad; others
            in the same meetings: {percent(profile.others_in_these_meetings.share)}.
          </p>
        )}
        <p>{shown(diagnosis.summary)}</p>
      </div>
      <div class="split">
        <div class="stack">
          <Section
            title="By day"
            note={`Share of the person’s judged minutes that were poor or bad, the worst of audio, video and share; line: 95 % interval, an arrow where it goes further. Days of ${range.zone}. “–”: nothing judged.`}
          >
            <Days
              days={days}
              what=""
              hrefOf={(day) => toMeetings({ from: day, to: dayAfter(day, 1) }, { person: key })}
            />
          </Section>
          <Section title="What it goes with" note="How sure is a probability from the figures, not a proof.">
            <Causes diagnosis={diagnosis} window={range} about={key} />
          </Section>
          <Meetings meetings={meetings} range={range} personKey={key} />
        </div>
        <div class="stack">
          {profile && <Against profile={profile} range={range} />}
          {profile && <Traits profile={profile} />}
          <Section title="What stays open, and what this rests on">
            <Grounds diagnosis={diagnosis} />
          </Section>
        </div>
      </div>
      <p class="note">Meetings that other organisations host are invisible to an account, and so to this page.</p>
    </div>
  );
}

/** The person's share beside those of others: a dot each, on one axis. */
function Against({ profile, range }: { profile: Profile; range: Range }) {
  const lines: [string, Ratio | null | undefined][] = [
    ["Own minutes", profile.own],
    ["Others, same meetings", profile.others_in_these_meetings],
    [profile.team_name ? `Team ${named(profile.team_name, "")}` : "Team", profile.team],
  ];
  return (
    <Section
      title="Against others"
      note="Share of judged minutes that were poor or bad, the worst of audio, video and share."
      aside={
        profile.home_site ? (
          <span>
            belongs to <a href={toSite(profile.home_site, range)}>{named(profile.home_site, "")}</a>
          </span>
        ) : undefined
      }
    >
      <Dots lines={lines} missing="no people file that knows it" />
    </Section>
  );
}

function Traits({ profile }: { profile: Profile }) {
  const kinds = [...new Set(profile.by.map((one) => one.what))];
  return (
    <Section
      title="On which network and headset"
      note="Share of the person’s judged minutes that were poor or bad. What the joins have in common need not be the cause."
    >
      {kinds.length === 0 && <Nothing>Nothing of this time was judged.</Nothing>}
      {kinds.map((what) => (
        <div key={what} class="trait">
          <h3>{WHAT[what] ?? named(what, "Other")}</h3>
          <Dots
            missing="nothing judged"
            lines={profile.by
              .filter((one) => one.what === what)
              .sort((a, b) => (b.share ?? -1) - (a.share ?? -1))
              .map((one) => [`${named(one.value, "not known")} · ${counted(one.joins, "join")}`, one])}
          />
        </div>
      ))}
    </Section>
  );
}

/** Shares as dots on one axis, with how many minutes each rests on. */
function Dots(props: { lines: readonly (readonly [string, Ratio | null | undefined])[]; missing: string }) {
  const { end, ticks } = scale(Math.max(...props.lines.map(([, one]) => one?.share ?? 0), 0), 3, 1);
  return (
    <table class="dots">
      <tbody>
        {props.lines.map(([name, one]) => (
          <tr key={name}>
            <th scope="row" class="text">
              {name}
            </th>
            <td class="dots-plot">
              <svg class="interval" width="100%" height="18" aria-hidden="true">
                {ticks.map((tick) => (
                  <line key={tick} class="guide" x1={along(tick, end)} x2={along(tick, end)} y1="0" y2="18" />
                ))}
                {typeof one?.share === "number" && (
                  <>
                    <line class="stem" x1="0" x2={along(one.share, end)} y1="9" y2="9" />
                    <circle class="day-dot" cx={along(one.share, end)} cy="9" r="4" />
                  </>
                )}
              </svg>
            </td>
            {one ? (
              <>
                <td class="number">{percent(one.share)}</td>
                <td class="number quiet">of {count(one.judged)} min</td>
              </>
            ) : (
              <td colSpan={2} class="quiet missing">
                {props.missing}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The meetings, those with the most own poor minutes first. */
function Meetings(props: { meetings: Person["meetings"]; range: Range; personKey: string }) {
  const { meetings, range, personKey } = props;
  const worst = [...meetings].sort((a, b) => b.own.poor_minutes - a.own.poor_minutes).slice(0, 15);
  return (
    <Section
      title="Meetings with the most own poor minutes"
      aside={<a href={toMeetings(range, { person: personKey })}>all {counted(meetings.length, "meeting")}</a>}
      note="Verdict: of the whole meeting, by audio. Poor: the person’s own minutes."
    >
      {worst.length === 0 ? (
        <Nothing>The store has no meeting with this person in this time.</Nothing>
      ) : (
        <table class="blocks">
          <thead>
            <tr>
              <th scope="col">Meeting</th>
              <th scope="col">Start</th>
              <th scope="col">Verdict</th>
              <th scope="col" class="number">
                Own poor
              </th>
            </tr>
          </thead>
          <tbody>
            {worst.map((meeting) => (
              <tr key={meeting.meeting_uuid}>
                <th scope="row" class="text first">
                  <a href={toMeeting(meeting.meeting_uuid)}>{named(meeting.topic, "Meeting without a topic")}</a>
                </th>
                <td>{moment(meeting.start, range.zone)}</td>
                <td>
                  <Grade grade={meeting.verdict} />
                </td>
                <td class="number" data-name="own poor">
                  {percent(ratio(meeting.own.poor_minutes, meeting.own.minutes))}{" "}
                  <span class="quiet">of {count(meeting.own.minutes)} min</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
