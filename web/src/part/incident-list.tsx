import type { Incident } from "../api/contract.ts";
import { shortSpan } from "../time/format.ts";
import { useZone } from "../view/range.ts";
import { toMeeting, toPerson, toSite, type Window } from "../view/routes.ts";
import { causeName, people, worstMeeting } from "../words/cause.ts";
import { counted, sure } from "../words/number.ts";
import { named, sentence, shown } from "../words/shown.ts";

/** Where an incident leads: to its site or person, else to the meeting that it hurt most. */
export function incidentHref(incident: Incident, window: Window | null, sites: ReadonlySet<string>): string | null {
  const { kind, name } = incident.scope;
  const meeting = worstMeeting(incident);
  if (kind === "site" || ((kind === "access-network" || kind === "isp") && sites.has(name)))
    return toSite(name, window);
  if (kind === "person") {
    const person = incident.participants.find((one) => one.person !== null)?.person;
    if (person) return toPerson(person, window);
  }
  return meeting === null ? null : toMeeting(meeting);
}

/** Incidents, one a line: what, where, when, for how many, how sure. */
export function IncidentList(props: {
  incidents: readonly Incident[];
  window: Window | null;
  /** Names of sites that have a page of their own. */
  sites: ReadonlySet<string>;
}) {
  const zone = useZone();
  return (
    <ol class="incidents">
      {props.incidents.map((incident, index) => {
        const href = incidentHref(incident, props.window, props.sites);
        const meeting = worstMeeting(incident);
        const what = sentence(named(incident.summary, `${causeName(incident.cause)}, ${shown(incident.scope.name)}`));
        return (
          <li key={index}>
            <p class="incident-what">{href === null ? what : <a href={href}>{what}</a>}</p>
            <p class="incident-facts">
              <span class="cause">{causeName(incident.cause)}</span>
              <span>{shortSpan(incident.from, incident.to, zone)}</span>
              <span>{counted(people(incident), "person", "people")}</span>
              <span>{sure(incident.probability)} sure</span>
              {meeting !== null && (
                <a href={toMeeting(meeting)} aria-label={`Worst meeting of: ${what}`}>
                  worst meeting
                </a>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
