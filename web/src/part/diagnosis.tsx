import type { ComponentChildren } from "preact";
import type { Diagnosis, Incident, Judged } from "../api/contract.ts";
import { shortSpan } from "../time/format.ts";
import { useZone } from "../view/range.ts";
import { toMeeting, toPerson, toSite, type Window } from "../view/routes.ts";
import { causeName, people, worstMeeting, whose } from "../words/cause.ts";
import { count, counted, percent, ratio, sure } from "../words/number.ts";
import { named, sentence, shown } from "../words/shown.ts";
import { Nothing } from "./answer.tsx";

/** What is said first: how much was poor, and which cause it goes with. */
export function Summary({ diagnosis }: { diagnosis: Diagnosis }) {
  return <p class="lead">{shown(diagnosis.summary)}</p>;
}

/**
 * Each cause with what speaks for and against it.
 *
 * @param meeting the meeting that is looked at, which needs no link to itself.
 * @param about the name of the site, or the key of the person, that is looked at: likewise.
 */
export function Causes(props: {
  diagnosis: Diagnosis;
  window: Window | null;
  meeting?: string | undefined;
  about?: string | undefined;
}) {
  const { diagnosis, window, meeting, about } = props;
  const { incidents } = diagnosis;
  if (incidents.length === 0) {
    return <Nothing>No cause is more probable than chance.</Nothing>;
  }
  return (
    <ol class="causes">
      {incidents.map((incident, index) => (
        <li key={index} id={`cause-${index + 1}`}>
          <Cause
            incident={incident}
            number={index + 1}
            window={window}
            isOpen={index < 2}
            meeting={meeting}
            about={about}
          />
        </li>
      ))}
    </ol>
  );
}

function Cause(props: {
  incident: Incident;
  number: number;
  window: Window | null;
  meeting: string | undefined;
  about: string | undefined;
  isOpen: boolean;
}) {
  const { incident, number, window, meeting, about, isOpen } = props;
  const zone = useZone();
  const worst = worstMeeting(incident);
  const { kind, name } = incident.scope;
  const person = incident.participants.find((one) => one.person !== null)?.person;
  const meetings = new Set(incident.participants.map((one) => one.meeting_uuid)).size;
  return (
    <details class="cause-card" open={isOpen}>
      <summary>
        <span class="cause-number">{number}</span>
        <span class="cause-title">
          {sentence(named(incident.summary, `${causeName(incident.cause)}, ${shown(name)}`))}
        </span>
        <span class="cause-sure">{sure(incident.probability)} sure</span>
      </summary>
      <p class="incident-facts">
        <span class="cause">{causeName(incident.cause)}</span>
        <span>points at {whose(incident.cause)}</span>
        <span>{shortSpan(incident.from, incident.to, zone)}</span>
        <span>
          {counted(incident.participants.length, "join")} of {counted(people(incident), "person", "people")}
        </span>
        {kind === "site" && name !== about && <a href={toSite(name, window)}>site {shown(name)}</a>}
        {kind === "person" && person && person !== about && <a href={toPerson(person, window)}>person {shown(name)}</a>}
        {worst !== null && worst !== meeting && (
          <a href={toMeeting(worst)}>{meetings === 1 ? "its meeting" : `worst of ${count(meetings)} meetings`}</a>
        )}
      </p>
      <dl class="evidence">
        <Evidence sign="+" name="For" sentences={incident.evidence_for} />
        <Evidence sign="−" name="Against" sentences={incident.evidence_against} />
        <Evidence sign="?" name="Would decide it" sentences={incident.would_decide} />
        <Evidence sign="→" name="Do next" sentences={incident.next === undefined ? [] : [incident.next]} />
        <Evidence
          sign="="
          name="Can’t be told apart"
          sentences={(incident.candidates ?? []).map((candidate) => causeName(candidate))}
        />
      </dl>
    </details>
  );
}

function Evidence({ sign, name, sentences }: { sign: string; name: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <div class="evidence-part">
      <dt>
        <span class="evidence-sign" aria-hidden="true">
          {sign}
        </span>
        {name}
      </dt>
      {sentences.map((sentence, index) => (
        <dd key={index}>{shown(sentence)}</dd>
      ))}
    </div>
  );
}

/** What stays open, and what all of it rests on. */
export function Grounds({ diagnosis }: { diagnosis: Diagnosis }) {
  const { unexplained, direction, sites, coverage } = diagnosis;
  return (
    <dl class="facts wide">
      <dt>Unexplained</dt>
      <dd>
        {counted(unexplained.poor_minutes, "poor minute")}
        {unexplained.reason === null ? "" : `. ${shown(unexplained.reason)}`}
      </dd>
      <dt>Direction</dt>
      <dd>
        {directionWords(diagnosis)}
        <Leg name="sent" tally={direction.sent} />
        <Leg name="received" tally={direction.received} />
      </dd>
      <dt>Sites</dt>
      <dd>
        known of {counted(sites.known, "join")}, unknown of {count(sites.unknown)}
        {sites.map === null ? "; there is no site map" : ""}
      </dd>
      <dt>Coverage</dt>
      <dd>
        {coverage === null ? (
          "nothing of this time was collected"
        ) : (
          <>
            {count(coverage.complete_meetings)} of {counted(coverage.meetings, "meeting")} complete,{" "}
            {count(coverage.participants_got)} of {counted(coverage.participants_expected, "join")},{" "}
            {count(coverage.minutes_got)} of {counted(coverage.minutes_expected, "minute")}
          </>
        )}
      </dd>
    </dl>
  );
}

function directionWords({ direction }: Diagnosis): string {
  const { input, basis, voices } = direction;
  if (input === "unknown") return "Which of input and output is sent is not known";
  const from =
    basis === "setting"
      ? "by the settings"
      : voices === undefined
        ? "found in the data"
        : `${count(voices[input === "sent" ? 0 : 1])} of ${counted(voices[0] + voices[1], "meeting")} show it`;
  return `Input is ${input}: ${from}`;
}

function Leg({ name, tally }: { name: string; tally: Judged | undefined }): ComponentChildren {
  if (tally === undefined) return null;
  return `; ${name}: ${count(tally.poor)} of ${count(tally.judged)} stream minutes poor (${percent(ratio(tally.poor, tally.judged))})`;
}
