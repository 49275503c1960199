import { useMemo, useState } from "preact/hooks";
import type { Grade as GradeName, Medium, Participant, Verdict } from "../api/contract.ts";
import { rem } from "../chart/size.ts";
import { clock, milliseconds } from "../time/format.ts";
import { counted, NONE, percent, ratio } from "../words/number.ts";
import { named } from "../words/shown.ts";
import { Grade } from "./grade.tsx";
import { Room, useVisible } from "./virtual.tsx";

const WORST: GradeName[] = ["bad", "poor", "fair", "good", "unclassified"];

interface Column {
  name: string;
  of: (participant: Participant, zone: string) => string | number;
}

const verdictOf = (participant: Participant, medium: Medium): Verdict | undefined =>
  participant.verdicts.find((verdict) => verdict.medium === medium);

/** Sorts the worst first, and by minutes among equals. */
const badness =
  (medium: Medium) =>
  (participant: Participant): number => {
    const verdict = verdictOf(participant, medium);
    if (verdict === undefined) return 99;
    return WORST.indexOf(verdict.verdict) - (ratio(verdict.poor_minutes, verdict.minutes) ?? 0);
  };

const COLUMNS: readonly Column[] = [
  { name: "Name", of: (one) => named(one.name, `participant ${one.user_id}`).toLowerCase() },
  { name: "Audio", of: badness("audio") },
  { name: "Video", of: badness("video") },
  { name: "Share", of: badness("share") },
  { name: "Site", of: (one) => one.site ?? one.location ?? "\uffff" },
  { name: "Network", of: (one) => one.network_type ?? "\uffff" },
  { name: "By", of: (one) => one.connection_types.audio ?? "\uffff" },
  { name: "Data centre", of: (one) => one.data_center ?? "\uffff" },
  { name: "Device", of: (one) => one.device ?? "\uffff" },
  { name: "Version", of: (one) => one.version ?? "\uffff" },
  { name: "In the meeting", of: (one) => milliseconds(one.join) ?? Number.MAX_SAFE_INTEGER },
];

/** All joins of a meeting with what is known of them; a thousand scroll as ten do. */
export function Participants(props: {
  participants: readonly Participant[];
  zone: string;
  hrefOf: (userId: string) => string;
}) {
  const { participants, zone, hrefOf } = props;
  const [sorted, setSorted] = useState({ by: "Audio", isDescending: false });
  const rows = useMemo(() => {
    const column = COLUMNS.find(({ name }) => name === sorted.by);
    if (!column) return participants;
    const keyed = participants.map((participant) => ({ participant, key: column.of(participant, zone) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (sorted.isDescending ? -1 : 1));
    return keyed.map(({ participant }) => participant);
  }, [participants, sorted.by, sorted.isDescending, zone]);
  const rowHeight = Math.round(rem() * 2.2);
  const { box, onScroll, visible } = useVisible(rows.length, rowHeight);
  return (
    <div
      class="participants"
      ref={box}
      onScroll={onScroll}
      role="region"
      tabIndex={0}
      aria-label={`Participants: ${counted(rows.length, "join")}`}
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {COLUMNS.map(({ name }) => {
              const isBy = name === sorted.by;
              return (
                <th
                  key={name}
                  scope="col"
                  {...(isBy && { "aria-sort": sorted.isDescending ? ("descending" as const) : ("ascending" as const) })}
                >
                  <button
                    type="button"
                    class="sort"
                    onClick={() => setSorted({ by: name, isDescending: isBy && !sorted.isDescending })}
                  >
                    {name}
                    <span aria-hidden="true">{isBy ? (sorted.isDescending ? "▾" : "▴") : ""}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          <Room rows={visible.first} rowHeight={rowHeight} columns={COLUMNS.length} />
          {rows.slice(visible.first, visible.end).map((one, offset) => (
            <tr key={one.user_id} aria-rowindex={visible.first + offset + 2} style={{ height: `${rowHeight}px` }}>
              <th scope="row">
                <a href={hrefOf(one.user_id)}>{named(one.name, `participant ${one.user_id}`)}</a>
                {one.is_vip && <span class="vip"> VIP</span>}
              </th>
              {(["audio", "video", "share"] as const).map((medium) => (
                <td key={medium}>
                  <VerdictCell verdict={verdictOf(one, medium)} />
                </td>
              ))}
              <td>{named(one.site ?? one.location, NONE)}</td>
              <td>{named(one.network_type, NONE)}</td>
              <td>{named(one.connection_types.audio, NONE)}</td>
              <td>{named(one.data_center, NONE)}</td>
              <td>{named([one.device, one.os].filter(Boolean).join(", "), NONE)}</td>
              <td>{named(one.version, NONE)}</td>
              <td>{stay(one, zone)}</td>
            </tr>
          ))}
          <Room rows={rows.length - visible.end} rowHeight={rowHeight} columns={COLUMNS.length} />
        </tbody>
      </table>
    </div>
  );
}

function VerdictCell({ verdict }: { verdict: Verdict | undefined }) {
  if (verdict === undefined) return <span class="quiet">{NONE}</span>;
  return (
    <span class="verdict-cell">
      <Grade grade={verdict.verdict} />
      {verdict.poor_minutes > 0 && <span class="quiet">{percent(ratio(verdict.poor_minutes, verdict.minutes))}</span>}
    </span>
  );
}

function stay(participant: Participant, zone: string): string {
  const [join, leave] = [milliseconds(participant.join), milliseconds(participant.leave)];
  if (join === null) return NONE;
  return `${clock(join, zone)}–${leave === null ? "" : clock(leave, zone)}`;
}
