import { question } from "../api/ask.ts";
import type { Meetings, MeetingRow } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { type Choice, Menu, useChoice } from "../part/controls.tsx";
import { Grade } from "../part/grade.tsx";
import { Suffered } from "../part/meeting-list.tsx";
import { Page } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { duration, milliseconds, moment, span } from "../time/format.ts";
import { adjust, here, usePlace } from "../view/location.ts";
import { useRange } from "../view/range.ts";
import { toMeeting } from "../view/routes.ts";
import { latestOf, useSession } from "../view/session.ts";
import { count, counted, NONE, percent } from "../words/number.ts";
import { reasonWord } from "../words/grade.ts";
import { named } from "../words/shown.ts";

const PAGE = 50;

const VERDICTS: readonly Choice<string>[] = [
  { value: "", label: "all" },
  { value: "poor,bad", label: "poor and bad" },
  { value: "bad", label: "bad" },
  { value: "poor", label: "poor" },
  { value: "fair", label: "fair" },
  { value: "good", label: "good" },
  { value: "unclassified", label: "not judged" },
];

/** What the server sorts by, and the order that is wanted first. */
const SORTS: Record<string, "asc" | "desc"> = {
  start: "desc",
  poor_minutes: "desc",
  share: "desc",
  participants: "desc",
  minutes: "desc",
};

/** The meetings of a time: sorted, a page at a time, with who was hurt. */
export function MeetingsPage() {
  const latest = latestOf(useSession());
  const range = useRange(7, latest);
  const { query } = usePlace();
  const [verdict, setVerdict] = useChoice("verdict", VERDICTS);
  const asked = query.get("sort") ?? "start";
  const sort = asked in SORTS ? asked : "start";
  const order = query.get("order") === "asc" ? "asc" : query.get("order") === "desc" ? "desc" : (SORTS[sort] ?? "desc");
  const cursor = query.get("cursor");
  const words = query.get("q") ?? "";
  const asking = useAnswer<Meetings>(
    question("meetings", {
      from: range.start,
      to: range.end,
      q: words,
      verdict,
      site: query.get("site"),
      person: query.get("person"),
      host: query.get("host"),
      sort,
      order,
      limit: PAGE,
      cursor,
    }),
  );
  return (
    <Page
      title="Meetings"
      controls={
        <>
          <form
            class="filter"
            onSubmit={(event) => {
              event.preventDefault();
              const value = new FormData(event.currentTarget).get("q");
              adjust({ q: typeof value === "string" && value.trim() !== "" ? value.trim() : null, cursor: null });
            }}
          >
            <label class="menu">
              <span>Topic or host has</span>
              <input type="search" name="q" value={words} size={16} />
            </label>
          </form>
          <Menu
            label="Verdict"
            choices={VERDICTS}
            chosen={verdict}
            choose={(value) => {
              adjust({ cursor: null });
              setVerdict(value);
            }}
          />
          <RangeBar range={range} latest={latest} />
        </>
      }
    >
      <Filters />
      <Answer asking={asking} what="meetings">
        {({ rows, total, next }) =>
          rows.length === 0 ? (
            <Nothing>
              <p>
                No meeting is like this from {span(range.start, range.end, range.zone)}. Meetings that other
                organisations host are invisible to an account.
              </p>
            </Nothing>
          ) : (
            <div class="panel">
              <table class="blocks meetings">
                <caption class="unseen">Meetings, {counted(total, "meeting")}</caption>
                <thead>
                  <tr>
                    <Sorted name="start" sort={sort} order={order}>
                      Start
                    </Sorted>
                    <th scope="col">Meeting</th>
                    <th scope="col">Verdict</th>
                    <Sorted name="share" sort={sort} order={order} isNumber>
                      Poor
                    </Sorted>
                    <Sorted name="poor_minutes" sort={sort} order={order} isNumber>
                      Poor min
                    </Sorted>
                    <Sorted name="minutes" sort={sort} order={order} isNumber>
                      of min
                    </Sorted>
                    <th scope="col" class="number">
                      Longest
                    </th>
                    <Sorted name="participants" sort={sort} order={order} isNumber>
                      People
                    </Sorted>
                    <th scope="col">Hurt most, poor/judged min</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((meeting) => (
                    <Row key={meeting.meeting_uuid} meeting={meeting} zone={range.zone} />
                  ))}
                </tbody>
              </table>
              <div class="pager">
                <span class="quiet">
                  {cursor === null ? "The first " : ""}
                  {count(rows.length)} of {counted(total, "meeting")}
                </span>
                {cursor !== null && <a href={here({ cursor: null })}>First page</a>}
                {next !== null && <a href={here({ cursor: next })}>Next page</a>}
              </div>
              <p class="note">
                Judged audio minutes of all joins together; poor: poor and bad ones. Longest: minutes in a row. “{NONE}
                ”: not known.
              </p>
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

/** What else narrows the list, by a link from elsewhere, and how to take it away. */
function Filters() {
  const { query } = usePlace();
  const filters = ["site", "person", "host"].filter((name) => query.get(name) !== null);
  if (filters.length === 0) return null;
  return (
    <p class="filters">
      {filters.map((name) => (
        <span key={name}>
          {name} {named(query.get(name), NONE)}{" "}
          <a href={here({ [name]: null, cursor: null })} aria-label={`Every ${name}`}>
            take away
          </a>
        </span>
      ))}
    </p>
  );
}

function Sorted(props: { name: string; sort: string; order: "asc" | "desc"; isNumber?: boolean; children: string }) {
  const { name, sort, order, isNumber = false, children } = props;
  const isBy = sort === name;
  const next = isBy ? (order === "asc" ? "desc" : "asc") : (SORTS[name] ?? "desc");
  return (
    <th
      scope="col"
      class={isNumber ? "number" : ""}
      {...(isBy && { "aria-sort": order === "asc" ? ("ascending" as const) : ("descending" as const) })}
    >
      <button
        type="button"
        class="sort"
        onClick={() => adjust({ sort: name, order: next === SORTS[name] ? null : next, cursor: null })}
      >
        {children}
        <span aria-hidden="true">{isBy ? (order === "asc" ? "▴" : "▾") : ""}</span>
      </button>
    </th>
  );
}

function Row({ meeting, zone }: { meeting: MeetingRow; zone: string }) {
  const [start, end] = [milliseconds(meeting.start), milliseconds(meeting.end)];
  return (
    <tr>
      <td class="when">
        {moment(meeting.start, zone)}
        {start !== null && end !== null && <span class="quiet"> {duration(end - start)}</span>}
      </td>
      <th scope="row" class="text first">
        <a href={toMeeting(meeting.meeting_uuid)}>{named(meeting.topic, "Meeting without a topic")}</a>
        {meeting.kind === "webinar" && <span class="quiet"> webinar</span>}
        {meeting.host !== null && <span class="quiet host"> {named(meeting.host, "")}</span>}
      </th>
      <td>
        <Grade grade={meeting.verdict} />
        {meeting.reason !== null && <span class="quiet reason"> {reasonWord(meeting.reason)}</span>}
      </td>
      <td class="number" data-name="poor">
        {percent(meeting.share?.value)}
      </td>
      <td class="number" data-name="poor min">
        {count(meeting.poor_minutes)}
      </td>
      <td class="number" data-name="of min">
        {count(meeting.minutes)}
      </td>
      <td class="number" data-name="longest">
        {meeting.longest_poor_minutes === null ? NONE : `${count(meeting.longest_poor_minutes)} min`}
      </td>
      <td class="number" data-name="people">
        {count(meeting.participants)}
      </td>
      <td class="text first">
        <Suffered meeting={meeting} />
      </td>
    </tr>
  );
}
