import { useEffect, useState } from "preact/hooks";
import type { LiveState } from "../api/contract.ts";
import { Nothing, Waiting } from "../part/answer.tsx";
import { Grade } from "../part/grade.tsx";
import { Page, Section } from "../part/page.tsx";
import { clock, milliseconds, moment } from "../time/format.ts";
import { useZone } from "../view/range.ts";
import { toMeeting, toSite } from "../view/routes.ts";
import { count, counted, percent, ratio } from "../words/number.ts";
import { named, shown } from "../words/shown.ts";

/** Whether the server is heard. */
type Hearing = "connecting" | "heard" | "lost";

/** What goes wrong now, and what is not observed. */
export function LivePage() {
  const zone = useZone();
  const [state, setState] = useState<LiveState | null>(null);
  const [hearing, setHearing] = useState<Hearing>("connecting");
  useEffect(() => {
    const source = new EventSource("/api/v1/live");
    source.addEventListener("state", (event: MessageEvent<string>) => {
      const read = readState(event.data);
      if (read !== null) setState(read);
      setHearing(read === null ? "lost" : "heard");
    });
    // The browser tries again by itself, but where it was refused.
    source.addEventListener("error", () => setHearing("lost"));
    return () => source.close();
  }, []);
  return (
    <Page title="Live" controls={<Heard hearing={hearing} state={state} zone={zone} />}>
      {state === null ? (
        hearing === "lost" ? (
          <Nothing>The server does not say what happens now. It is asked again every few seconds.</Nothing>
        ) : (
          <Waiting what="what happens now" />
        )
      ) : (
        <Now state={state} zone={zone} />
      )}
    </Page>
  );
}

function readState(text: string): LiveState | null {
  try {
    return JSON.parse(text) as LiveState;
  } catch {
    return null;
  }
}

function Heard({ hearing, state, zone }: { hearing: Hearing; state: LiveState | null; zone: string }) {
  const at = milliseconds(state?.at);
  const words = {
    connecting: "… connecting",
    heard: `● as of ${at === null ? "now" : clock(at, zone)}`,
    lost: `✕ not heard${at === null ? "" : ` since ${clock(at, zone)}`}`,
  };
  return (
    <span class={`heard heard-${hearing}`} role="status">
      {words[hearing]}
    </span>
  );
}

/** What is said first; that nothing is seen is not that nothing is wrong. */
function leadWords(observed: number, hurt: number, people: number): string {
  if (observed === 0) return "No meeting is observed";
  const meetings = `${counted(observed, "meeting that is", "meetings that are")} observed`;
  if (people === 0) return `No join in ${meetings} is poor or bad`;
  return `${counted(people, "join", "joins")} in ${count(hurt)} of ${meetings} ${people === 1 ? "is" : "are"} poor or bad`;
}

/** What whoever may not see people is not told either. */
function leftOut(sites: number): string {
  return sites === 0 ? "" : ` Left out, as fewer than five people are there: ${count(sites)}.`;
}

function Now({ state, zone }: { state: LiveState; zone: string }) {
  const { meetings, sites, suppressed, not_observed: unseen, window_minutes: minutes, newest_sample: newest } = state;
  const hurt = meetings.filter((meeting) => meeting.hurt.length > 0);
  const people = hurt.reduce((sum, meeting) => sum + meeting.hurt.length, 0);
  const window = `in the last ${counted(minutes, "minute")}`;
  const judged = `Of each join the newest minute ${window}; judged: joins in which it could be graded; poor: poor and bad ones of these.`;
  return (
    <div class="stack">
      <p class="lead">
        <strong>{leadWords(meetings.length, hurt.length, people)}</strong>
        {meetings.length === 0 ? ` ${window}.` : `, by the newest minute of each ${window}.`}{" "}
        <span class="lead-foot">Newest sample: {moment(newest, zone)}.</span>
      </p>
      {unseen.length > 0 && (
        <Section title="Not observed">
          <ul class="unseen-list">
            {unseen.map((sentence, index) => (
              <li key={index}>{shown(sentence)}</li>
            ))}
          </ul>
        </Section>
      )}
      <div class="split">
        <Section
          title="Meetings that run"
          note={judged}
        >
          {meetings.length === 0 ? (
            <Nothing>No meeting is observed. What runs unseen is named above, if anything is known of it.</Nothing>
          ) : (
            <ul class="live">
              {[...meetings]
                .sort((a, b) => b.hurt.length - a.hurt.length || b.poor - a.poor)
                .map((meeting) => (
                  <li key={meeting.meeting_uuid}>
                    <p class="incident-what">
                      <a href={toMeeting(meeting.meeting_uuid)}>{named(meeting.topic, "Meeting without a topic")}</a>
                    </p>
                    <p class="incident-facts">
                      <span>since {moment(meeting.start, zone)}</span>
                      <span>{counted(meeting.joins, "join")}</span>
                      <span>
                        {percent(ratio(meeting.poor, meeting.judged))} of {count(meeting.judged)} judged poor
                      </span>
                    </p>
                    {meeting.hurt.length > 0 && (
                      <ul class="live-hurt">
                        {meeting.hurt.map((one) => (
                          <li key={one.user_id}>
                            <Grade grade={one.grade} />
                            <span class="text">
                              {named(one.name, `participant ${one.user_id}`)}
                              <span class="quiet">
                                {one.site === null ? "" : `, ${named(one.site, "")}`}: {shown(one.why)}
                              </span>
                            </span>
                          </li>
                        ))}
                      </ul>
                    )}
                  </li>
                ))}
            </ul>
          )}
        </Section>
        <Section title="Sites" note={`${judged} n: joins.${leftOut(suppressed)}`}>
          {sites.length === 0 ? (
            <Nothing>No site has a join that is observed.</Nothing>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Site</th>
                  <th scope="col" class="number">
                    Poor
                  </th>
                  <th scope="col" class="number">
                    of judged
                  </th>
                  <th scope="col" class="number">
                    n
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...sites]
                  .sort((a, b) => (ratio(b.poor, b.judged) ?? -1) - (ratio(a.poor, a.judged) ?? -1))
                  .map((site) => (
                    <tr key={site.name ?? ""}>
                      <th scope="row" class="text">
                        {site.name === null ? "not known" : <a href={toSite(site.name)}>{named(site.name, "")}</a>}
                      </th>
                      <td class="number">{percent(ratio(site.poor, site.judged))}</td>
                      <td class="number">{count(site.judged)}</td>
                      <td class="number">{count(site.joins)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          )}
        </Section>
      </div>
    </div>
  );
}
