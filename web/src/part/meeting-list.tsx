import type { MeetingRow } from "../api/contract.ts";
import { moment } from "../time/format.ts";
import { useZone } from "../view/range.ts";
import { toMeeting } from "../view/routes.ts";
import { count, percent } from "../words/number.ts";
import { named } from "../words/shown.ts";
import { Grade } from "./grade.tsx";

/** Who was hurt in a meeting, the worst first; names stay together. */
export function Suffered({ meeting }: { meeting: MeetingRow }) {
  if (meeting.suffered.length === 0) return <span class="quiet">nobody</span>;
  return (
    <>
      {meeting.suffered.map((one, index) => (
        <span key={one.user_id} class="suffered">
          {index > 0 && ", "}
          {named(one.name, `participant ${one.user_id}`)}{" "}
          <span class="quiet">
            {count(one.poor_minutes)}/{count(one.minutes)}
          </span>
        </span>
      ))}
    </>
  );
}

/** A few meetings, one a line, with what leads to them. */
export function MeetingList({ meetings }: { meetings: readonly MeetingRow[] }) {
  const zone = useZone();
  return (
    <table class="blocks">
      <thead>
        <tr>
          <th scope="col">Meeting</th>
          <th scope="col">Start</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="number">
            Poor
          </th>
        </tr>
      </thead>
      <tbody>
        {meetings.map((meeting) => (
          <tr key={meeting.meeting_uuid}>
            <th scope="row" class="text first">
              <a href={toMeeting(meeting.meeting_uuid)}>{named(meeting.topic, "Meeting without a topic")}</a>
            </th>
            <td>{moment(meeting.start, zone)}</td>
            <td>
              <Grade grade={meeting.verdict} />
            </td>
            <td class="number" data-name="poor">
              {percent(meeting.share?.value)} <span class="quiet">of {count(meeting.minutes)} min</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
