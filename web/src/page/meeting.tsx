import { useMemo } from "preact/hooks";
import { diagnosisOf, question } from "../api/ask.ts";
import type { Diagnosis, Heat, HeatRow, HeatStream, Meeting } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { useWidth } from "../chart/size.ts";
import { axisOf, zoomText } from "../chart/timeline/axis.ts";
import { useCursor } from "../chart/timeline/cursor.ts";
import { usePan } from "../chart/timeline/pan.ts";
import type { StripRow } from "../chart/timeline/strips.tsx";
import { gutterOf, StripLegend, Timeline, ZoomButtons } from "../chart/timeline/timeline.tsx";
import { Answer, Nothing } from "../part/answer.tsx";
import { type Choice, Menu, Segments, useChoice } from "../part/controls.tsx";
import { Causes, Grounds, Summary } from "../part/diagnosis.tsx";
import { Grade } from "../part/grade.tsx";
import { Page, Section } from "../part/page.tsx";
import { Participants } from "../part/participants.tsx";
import { RawRows } from "../part/raw-rows.tsx";
import { duration, milliseconds, span } from "../time/format.ts";
import { adjust, here, usePlace } from "../view/location.ts";
import { useZone } from "../view/range.ts";
import { toMeetings } from "../view/routes.ts";
import { count, counted, percent } from "../words/number.ts";
import { reasonWord } from "../words/grade.ts";
import { named } from "../words/shown.ts";
import { ParticipantPage } from "./participant.tsx";
import { TimeLines } from "./time-lines.tsx";

/** How many participants have time lines at once: as many as there are colours that can be told apart. */
const MOST_CHOSEN = 6;

const STREAMS: readonly Choice<HeatStream>[] = [
  { value: "worst", label: "Worst" },
  { value: "audio", label: "Audio" },
  { value: "video", label: "Video" },
  { value: "share", label: "Share" },
];

const ORDERS: readonly Choice<"poor" | "name" | "site">[] = [
  { value: "poor", label: "most poor minutes" },
  { value: "name", label: "name" },
  { value: "site", label: "site" },
];

/**
 * A meeting: the diagnosis in words, then the minutes that it is made of.
 *
 * The diagnosis is asked for by itself: it looks at what ran around, and comes a moment later.
 */
export function MeetingPage({ uuid }: { uuid: string }) {
  const { query } = usePlace();
  const asking = useAnswer<Meeting>(question(`meetings/${encodeURIComponent(uuid)}`));
  const participant = query.get("participant");
  if (asking.state !== "answered") {
    return (
      <Page title="Meeting">
        <Answer asking={asking} what="the meeting">
          {() => null}
        </Answer>
      </Page>
    );
  }
  if (participant !== null) return <ParticipantPage meeting={asking.data} userId={participant} />;
  return <WholeMeeting data={asking.data} />;
}

function WholeMeeting({ data }: { data: Meeting }) {
  const zone = useZone();
  const { meeting, participants } = data;
  const asking = useAnswer<Diagnosis>(diagnosisOf(meeting.meeting_uuid));
  const hrefOf = (userId: string): string =>
    here({ participant: userId, stream: null, who: null, streams: null, figures: null, find: null, order: null });
  return (
    <Page title={named(meeting.topic, "Meeting without a topic")} kind={<Headline data={data} />}>
      <div class="stack">
        <Answer asking={asking} what="what it goes with">
          {(diagnosis) => (
            <>
              <Summary diagnosis={diagnosis} />
              <div class="split">
                <Section title="What it goes with" note="How sure is a probability from the figures, not a proof.">
                  <Causes diagnosis={diagnosis} window={null} meeting={meeting.meeting_uuid} />
                </Section>
                <Section title="What stays open, and what this rests on">
                  <Grounds diagnosis={diagnosis} />
                </Section>
              </div>
            </>
          )}
        </Answer>
        <Minutes data={data} diagnosis={asking.data} />
        <Section
          title={`Participants`}
          aside={<span class="quiet">{counted(participants.length, "join")}; a rejoin is another</span>}
          note="Verdicts with the share of judged minutes that were poor or bad. “–”: not known, or not measured. “By”: how audio packets went."
        >
          {participants.length === 0 ? (
            <Nothing>Zoom has named no participant of this meeting, or their reports are not collected yet.</Nothing>
          ) : (
            <Participants participants={participants} zone={zone} hrefOf={hrefOf} />
          )}
        </Section>
      </div>
    </Page>
  );
}

/** When it was, who held it, how it went. */
function Headline({ data }: { data: Meeting }) {
  const zone = useZone();
  const { meeting } = data;
  const [start, end] = [milliseconds(meeting.start), milliseconds(meeting.end)];
  return (
    <span class="headline">
      <a href={toMeetings(null)}>Meetings</a>
      <span>
        {span(meeting.start ?? data.from, meeting.end ?? data.to, zone)}
        {start !== null && end !== null && ` (${duration(end - start)})`}
      </span>
      {meeting.host !== null && <span>host {named(meeting.host, "")}</span>}
      {meeting.kind === "webinar" && <span>webinar</span>}
      {meeting.meeting_id !== null && <span>number {String(meeting.meeting_id)}</span>}
      <span>
        audio <Grade grade={meeting.verdict} />
        {meeting.reason === null ? ` ${percent(meeting.share?.value)}` : ` (${reasonWord(meeting.reason)})`}
      </span>
    </span>
  );
}

/** The strip of all participants, and time lines of those that are chosen, on one axis. */
function Minutes({ data, diagnosis }: { data: Meeting; diagnosis: Diagnosis | null }) {
  const { meeting } = data;
  const zone = useZone();
  const { query } = usePlace();
  const [stream, setStream] = useChoice("stream", STREAMS);
  const [order, setOrder] = useChoice("order", ORDERS);
  const find = query.get("find") ?? "";
  const uuid = encodeURIComponent(meeting.meeting_uuid);
  const asking = useAnswer<Heat>(question(`meetings/${uuid}/heat`, { stream }));
  const [frame, width] = useWidth<HTMLDivElement>();
  const cursor = useCursor();

  const sorted = useMemo(() => sort(asking.data?.rows ?? [], order), [asking.data, order]);
  const worst = sorted[0];
  const asked = query.getAll("who");
  const chosen = useMemo(() => {
    if (asked.length > 0) return asked.filter((one) => one !== "none").slice(0, MOST_CHOSEN);
    return worst && worst.poor > 0 ? [worst.user_id] : [];
  }, [asked.join("\n"), worst?.user_id]);
  const seriesOf = (userId: string): number => chosen.indexOf(userId) + 1;
  const choose = (userId: string): void => {
    const next = chosen.includes(userId)
      ? chosen.filter((one) => one !== userId)
      : [...chosen, userId].slice(-MOST_CHOSEN);
    adjust({ who: next.length === 0 ? ["none"] : next });
  };
  const rows: StripRow[] = useMemo(() => {
    const words = find.toLowerCase();
    return sorted
      .filter((row) => `${row.name ?? ""} ${row.site ?? ""} ${row.user_id}`.toLowerCase().includes(words))
      .map((row) => ({
        key: row.user_id,
        label: named(row.name, `participant ${row.user_id}`),
        detail: named(row.site, ""),
        judged: row.judged,
        poor: row.poor,
        strip: row.strip,
        series: chosen.includes(row.user_id) ? chosen.indexOf(row.user_id) + 1 : null,
      }));
  }, [sorted, find, chosen]);

  const begin = Date.parse(asking.data?.from ?? data.from);
  const minutes = asking.data?.minutes ?? 1;
  const zoom = query.get("zoom");
  const axis = useMemo(() => axisOf(begin, Math.max(1, minutes), zoom), [begin, minutes, zoom]);
  usePan(frame, axis, width, (next) => adjust({ zoom: zoomText(next) }));
  const gutter = gutterOf(width);

  return (
    <Section
      title="Minute by minute"
      aside={
        <>
          <Segments label="Stream" choices={STREAMS} chosen={stream} choose={setStream} />
          <Menu label="Order" choices={ORDERS} chosen={order} choose={setOrder} />
          <label class="menu">
            <span>Find</span>
            <input
              type="search"
              value={find}
              size={12}
              placeholder="name or site"
              onInput={(event) => adjust({ find: event.currentTarget.value === "" ? null : event.currentTarget.value })}
            />
          </label>
          <ZoomButtons axis={axis} cursor={cursor} show={(next) => adjust({ zoom: zoomText(next) })} />
        </>
      }
    >
      <div ref={frame} class="minutes">
        <Answer asking={asking} what="the minutes">
          {(heat) =>
            heat.rows.length === 0 ? (
              <Nothing>No minute of this meeting was measured.</Nothing>
            ) : (
              <>
                <StripLegend />
                <p class="note above">
                  A cell is a minute of a join,{" "}
                  {stream === "worst" ? "as bad as the worst of audio, video and share in it" : `of ${stream} alone`};
                  at the names: poor and bad minutes of those judged. Blank: not measured. Times of {zone}.
                </p>
                {width > 0 && (
                  <Timeline
                    label={`Minutes of ${counted(rows.length, "join")}`}
                    rows={rows}
                    incidents={diagnosis?.incidents ?? []}
                    axis={axis}
                    zone={zone}
                    width={width}
                    cursor={cursor}
                    choose={choose}
                    show={(next) => adjust({ zoom: zoomText(next) })}
                    isOfJoins
                  />
                )}
                {rows.length === 0 && <Nothing>Nobody’s name or site has “{named(find, "")}”.</Nothing>}
                {find !== "" && rows.length > 0 && (
                  <p class="quiet">
                    {count(rows.length)} of {counted(heat.rows.length, "join")}
                  </p>
                )}
              </>
            )
          }
        </Answer>
        {chosen.length > 0 && width > 0 && asking.state === "answered" && (
          <TimeLines
            uuid={meeting.meeting_uuid}
            chosen={chosen}
            medium={stream === "worst" ? "audio" : stream}
            input={diagnosis?.direction.input ?? null}
            seriesOf={seriesOf}
            axis={axis}
            zone={zone}
            gutter={gutter}
            width={width}
            cursor={cursor}
          />
        )}
        {chosen.map((userId) => (
          <RawRows
            key={userId}
            uuid={meeting.meeting_uuid}
            userId={userId}
            name={named(sorted.find((row) => row.user_id === userId)?.name, `participant ${userId}`)}
          />
        ))}
      </div>
    </Section>
  );
}

function sort(rows: readonly HeatRow[], order: "poor" | "name" | "site"): HeatRow[] {
  const text = (name: string | null): string => (name ?? "\uffff").toLowerCase();
  const by: Record<typeof order, (a: HeatRow, b: HeatRow) => number> = {
    poor: (a, b) => b.poor - a.poor || text(a.name).localeCompare(text(b.name)),
    name: (a, b) => text(a.name).localeCompare(text(b.name)) || b.poor - a.poor,
    site: (a, b) => text(a.site).localeCompare(text(b.site)) || b.poor - a.poor,
  };
  return [...rows].sort(by[order]);
}
