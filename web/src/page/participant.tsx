import { useMemo } from "preact/hooks";
import { diagnosisOf, question } from "../api/ask.ts";
import type { Diagnosis, Heat, Meeting, Medium, Participant } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { useWidth } from "../chart/size.ts";
import { axisOf, zoomText } from "../chart/timeline/axis.ts";
import { useCursor } from "../chart/timeline/cursor.ts";
import { usePan } from "../chart/timeline/pan.ts";
import type { StripRow } from "../chart/timeline/strips.tsx";
import { gutterOf, StripLegend, Timeline, ZoomButtons } from "../chart/timeline/timeline.tsx";
import { Answer, Nothing, Waiting } from "../part/answer.tsx";
import { Causes, Grounds, Summary } from "../part/diagnosis.tsx";
import { Grade } from "../part/grade.tsx";
import { Page, Section } from "../part/page.tsx";
import { RawRows } from "../part/raw-rows.tsx";
import { duration, milliseconds, span } from "../time/format.ts";
import { adjust, usePlace } from "../view/location.ts";
import { useZone } from "../view/range.ts";
import { toMeeting, toPerson, toSite } from "../view/routes.ts";
import { count, NONE, percent, ratio } from "../words/number.ts";
import { reasonWord } from "../words/grade.ts";
import { named } from "../words/shown.ts";
import { TimeLines } from "./time-lines.tsx";

/** One join of a meeting: what is known of it, and its own minutes. */
export function ParticipantPage({ meeting: data, userId }: { meeting: Meeting; userId: string }) {
  const { meeting, participants } = data;
  const zone = useZone();
  const one = participants.find((participant) => participant.user_id === userId);
  const back = <a href={toMeeting(meeting.meeting_uuid)}>{named(meeting.topic, "Meeting without a topic")}</a>;
  if (one === undefined) {
    return (
      <Page title="Participant" kind={back}>
        <Nothing>Nobody of this meeting has the number {named(userId, NONE)}.</Nothing>
      </Page>
    );
  }
  return (
    <Page
      title={named(one.name, `Participant ${one.user_id}`)}
      kind={
        <span class="headline">
          <span>in {back}</span>
          <span>{span(one.join, one.leave, zone)}</span>
          <span>participant {named(one.user_id, NONE)}</span>
        </span>
      }
      {...(one.person !== null && {
        controls: <a href={toPerson(one.person)}>all their days</a>,
      })}
    >
      <div class="stack">
        <Own data={data} one={one} />
        <OwnMinutes data={data} one={one} />
      </div>
    </Page>
  );
}

/** The diagnosis as far as it is theirs, beside what is known of them. */
function Own({ data, one }: { data: Meeting; one: Participant }) {
  const asking = useAnswer<Diagnosis>(
    one.person === null ? null : diagnosisOf(data.meeting.meeting_uuid, one.person),
  );
  return (
    <div class="split">
      <Section title="What it goes with">
        {one.person === null ? (
          <Nothing>Zoom does not tell which person this is, so that there is no diagnosis of theirs alone.</Nothing>
        ) : (
          <Answer asking={asking} what="their diagnosis">
            {(diagnosis) => (
              <>
                <Summary diagnosis={diagnosis} />
                <Causes diagnosis={diagnosis} window={null} meeting={data.meeting.meeting_uuid} />
                <Grounds diagnosis={diagnosis} />
              </>
            )}
          </Answer>
        )}
      </Section>
      <Section title="What is known of this join" note={`“${NONE}”: not known.`}>
        <Facts one={one} />
      </Section>
    </div>
  );
}

function Facts({ one }: { one: Participant }) {
  const zone = useZone();
  const [join, leave] = [milliseconds(one.join), milliseconds(one.leave)];
  const facts: [string, string | null][] = [
    ["E-mail", one.email],
    ["Location", one.location],
    ["Public address", one.ip_address],
    ["Network", one.network_type],
    ["Audio by", one.connection_types.audio],
    ["Video by", one.connection_types.video],
    ["Share by", one.connection_types.share],
    ["Zoom data centre", one.data_center],
    ["Device", one.device],
    ["System", one.os],
    ["Client", one.client],
    ["Version", one.version],
    ["Microphone", one.microphone],
    ["Speaker", one.speaker],
    ["Camera", one.camera],
    ["Left because", one.leave_reason],
  ];
  return (
    <dl class="facts">
      {one.verdicts.map((verdict) => (
        <VerdictFact key={verdict.medium} verdict={verdict} />
      ))}
      <dt>In the meeting</dt>
      <dd>
        {span(one.join, one.leave, zone)}
        {join !== null && leave !== null && ` (${duration(leave - join)})`}
      </dd>
      <dt>Site</dt>
      <dd>
        {one.site === null ? NONE : <a href={toSite(one.site)}>{named(one.site, NONE)}</a>}
        {one.site_kind !== null && <span class="quiet"> {named(one.site_kind, "")}</span>}
      </dd>
      {facts.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{named(value, NONE)}</dd>
    </>
  );
}

function VerdictFact({ verdict }: { verdict: Participant["verdicts"][number] }) {
  return (
    <>
      <dt>Verdict, {verdict.medium}</dt>
      <dd>
        <Grade grade={verdict.verdict} />
        {verdict.reason === null ? (
          <span class="quiet">
            {" "}
            {count(verdict.poor_minutes)} of {count(verdict.minutes)} min poor or bad (
            {percent(ratio(verdict.poor_minutes, verdict.minutes))})
            {verdict.mos !== null && `, network-limited MOS ${verdict.mos.toFixed(2)} by G.107`}
          </span>
        ) : (
          <span class="quiet">: {reasonWord(verdict.reason)}</span>
        )}
      </dd>
    </>
  );
}

/** Their minutes by medium, and all their time lines. */
function OwnMinutes({ data, one }: { data: Meeting; one: Participant }) {
  const zone = useZone();
  const { query } = usePlace();
  const diagnosis = useAnswer<Diagnosis>(diagnosisOf(data.meeting.meeting_uuid)).data;
  const path = `meetings/${encodeURIComponent(data.meeting.meeting_uuid)}/heat`;
  const audio = useAnswer<Heat>(question(path, { stream: "audio" }));
  const video = useAnswer<Heat>(question(path, { stream: "video" }));
  const share = useAnswer<Heat>(question(path, { stream: "share" }));
  const [frame, width] = useWidth<HTMLDivElement>();
  const cursor = useCursor();
  const heats: [Medium, Heat | null][] = [
    ["audio", audio.data],
    ["video", video.data],
    ["share", share.data],
  ];
  const rows = heats.flatMap(([medium, heat]): StripRow[] => {
    const row = heat?.rows.find((candidate) => candidate.user_id === one.user_id);
    return row === undefined
      ? []
      : [
          {
            key: medium,
            label: medium,
            detail: "",
            judged: row.judged,
            poor: row.poor,
            strip: row.strip,
            series: null,
          },
        ];
  });
  const stream = query.get("stream");
  const medium: Medium = stream === "video" || stream === "share" ? stream : "audio";
  const shown = rows.map((row) => ({ ...row, series: row.key === medium ? 1 : null }));
  const begin = Date.parse(audio.data?.from ?? data.from);
  const minutes = audio.data?.minutes ?? 1;
  const zoom = query.get("zoom");
  const axis = useMemo(() => axisOf(begin, Math.max(1, minutes), zoom), [begin, minutes, zoom]);
  usePan(frame, axis, width, (next) => adjust({ zoom: zoomText(next) }));
  const chosen = useMemo(() => [one.user_id], [one.user_id]);
  const isWaiting = [audio, video, share].some((asking) => asking.data === null && asking.state === "asking");
  const own = (diagnosis?.incidents ?? []).filter((incident) =>
    incident.participants.some((hurt) => hurt.user_id === one.user_id),
  );
  return (
    <Section
      title="Minute by minute"
      aside={<ZoomButtons axis={axis} cursor={cursor} show={(next) => adjust({ zoom: zoomText(next) })} />}
    >
      <div ref={frame} class="minutes">
        {isWaiting && <Waiting what="the minutes" />}
        {!isWaiting && rows.length === 0 && <Nothing>No minute of this join was measured.</Nothing>}
        {rows.length > 0 && width > 0 && (
          <>
            <StripLegend />
            <p class="note above">
              A cell is a minute; blank: not measured. Choose a medium to draw its streams. Times of {zone}.
            </p>
            <Timeline
              label="Minutes by medium"
              rows={shown}
              incidents={own}
              axis={axis}
              zone={zone}
              width={width}
              cursor={cursor}
              choose={(key) => adjust({ stream: key, streams: null })}
              show={(next) => adjust({ zoom: zoomText(next) })}
              isOfJoins={false}
            />
            <TimeLines
              uuid={data.meeting.meeting_uuid}
              chosen={chosen}
              medium={medium}
              input={diagnosis?.direction.input ?? null}
              seriesOf={() => 1}
              axis={axis}
              zone={zone}
              gutter={gutterOf(width)}
              width={width}
              cursor={cursor}
            />
          </>
        )}
        <RawRows
          uuid={data.meeting.meeting_uuid}
          userId={one.user_id}
          name={named(one.name, `participant ${one.user_id}`)}
        />
      </div>
    </Section>
  );
}
