import type { SearchAnswer } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { MeetingList } from "../part/meeting-list.tsx";
import { Page, Section } from "../part/page.tsx";
import { searchQuestion } from "../part/search-box.tsx";
import { moment } from "../time/format.ts";
import { readTyped } from "../time/typed.ts";
import { usePlace } from "../view/location.ts";
import { useZone } from "../view/range.ts";
import { toPerson, toSite } from "../view/routes.ts";
import { nowOf, useSession } from "../view/session.ts";
import { count, counted } from "../words/number.ts";
import { named } from "../words/shown.ts";

/** How many of each kind the server finds at most. */
const MOST = 20;

/** All that was found: meetings, people, sites. */
export function SearchPage() {
  const zone = useZone();
  const text = usePlace().query.get("q") ?? "";
  const typed = readTyped(text, nowOf(useSession()), zone);
  const address = searchQuestion(typed.words, typed.at);
  const asking = useAnswer<SearchAnswer>(address);
  if (address === null) {
    return (
      <Page title="Search">
        <Nothing>
          <p>
            Press <kbd>/</kbd> and type a person, a topic, a host, a site, a time, or several: “board yesterday 10:00”.
          </p>
        </Nothing>
      </Page>
    );
  }
  const what = [
    typed.words === "" ? null : `“${named(typed.words, "")}”`,
    typed.at === null ? null : `at ${moment(new Date(typed.at).toISOString(), zone)}`,
  ]
    .filter((part) => part !== null)
    .join(" ");
  return (
    <Page title={`Search: ${what}`} kind={`Times are of ${zone}`}>
      <Answer asking={asking} what="what there is">
        {({ meetings, people, sites }) =>
          meetings.length + people.length + sites.length === 0 ? (
            <Nothing>
              <p>Nothing has this. Try fewer letters, or a time: “yesterday 10:00”, “2026-11-17 17:20”.</p>
              <p>Meetings that other organisations host are invisible to an account.</p>
            </Nothing>
          ) : (
            <div class="split">
              <Section title={counted(meetings.length, "meeting")} note={more(meetings.length)}>
                {meetings.length === 0 ? <Nothing>No meeting has this.</Nothing> : <MeetingList meetings={meetings} />}
              </Section>
              <div class="stack">
                {people.length > 0 && (
                  <Section title={counted(people.length, "person", "people")} note={more(people.length)}>
                    <table>
                      <thead>
                        <tr>
                          <th scope="col">Name</th>
                          <th scope="col" class="number">
                            Joins
                          </th>
                          <th scope="col">Last seen</th>
                        </tr>
                      </thead>
                      <tbody>
                        {people.map((person) => (
                          <tr key={person.key}>
                            <th scope="row" class="text">
                              <a href={toPerson(person.key)}>{named(person.name ?? person.email, person.key)}</a>
                            </th>
                            <td class="number">{count(person.joins)}</td>
                            <td>{moment(person.last_seen, zone)}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </Section>
                )}
                {sites.length > 0 && (
                  <Section title={counted(sites.length, "site")}>
                    <table>
                      <thead>
                        <tr>
                          <th scope="col">Site</th>
                          <th scope="col" class="number">
                            Joins
                          </th>
                        </tr>
                      </thead>
                      <tbody>
                        {sites.map((site) => (
                          <tr key={site.name}>
                            <th scope="row" class="text">
                              <a href={toSite(site.name)}>{named(site.name, "not known")}</a>
                            </th>
                            <td class="number">{count(site.joins)}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </Section>
                )}
              </div>
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

function more(found: number): string | undefined {
  return found < MOST ? undefined : `At most ${MOST} are listed: narrow the search for others.`;
}
