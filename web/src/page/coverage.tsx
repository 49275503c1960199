import { question } from "../api/ask.ts";
import type { AccountCoverage, Coverage } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { along } from "../chart/scale.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { Page, Section } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { dayName, longDay, milliseconds, moment } from "../time/format.ts";
import { useRange, useZone } from "../view/range.ts";
import { toMeeting } from "../view/routes.ts";
import { latestOf, useSession } from "../view/session.ts";
import { bytes, count, counted, NONE, percent, ratio } from "../words/number.ts";
import { reasonWord } from "../words/grade.ts";
import { named } from "../words/shown.ts";

/** What was got of what there was, what is missing and until when it can be had, and how the store is. */
export function CoveragePage() {
  const latest = latestOf(useSession());
  const range = useRange(7, latest);
  const asking = useAnswer<Coverage>(question("coverage", { from: range.start, to: range.end }));
  return (
    <Page title="Coverage and health" controls={<RangeBar range={range} latest={latest} />}>
      <Answer asking={asking} what="the coverage">
        {({ accounts, store }) => (
          <div class="stack">
            {accounts.length === 0 && <Nothing>No account has been collected in this time.</Nothing>}
            {accounts.map((account) => (
              <Account key={account.account} account={account} isOnly={accounts.length === 1} />
            ))}
            <Store store={store} />
          </div>
        )}
      </Answer>
    </Page>
  );
}

function Account({ account, isOnly }: { account: AccountCoverage; isOnly: boolean }) {
  const zone = useZone();
  const title = isOnly ? "" : `${named(account.account, "account")}: `;
  const got = ratio(account.minutes_got, account.minutes_expected);
  return (
    <>
      <p class="lead">
        {!isOnly && <strong>{named(account.account, "account")}: </strong>}
        <strong>
          {count(account.complete)} of {counted(account.meetings, "meeting")} complete
        </strong>
        , {percent(got)} of minutes;{" "}
        {account.holes.length === 0
          ? "nothing is missing that Zoom still has."
          : `something is missing of ${counted(account.holes.length, "meeting")}.`}
      </p>
      <div class="grid">
        <Section
          title={`${title}Got of what there was`}
          note="What there was is known from Zoom’s lists. Not obtainable: Zoom has no report, so that nothing is missing."
        >
          <Part name="Joins" got={account.participants_got} of={account.participants_expected} />
          <Part name="Minutes" got={account.minutes_got} of={account.minutes_expected} />
          <dl class="facts">
            <dt>Not obtainable</dt>
            <dd>
              {account.not_obtainable.length === 0
                ? "none"
                : account.not_obtainable
                    .map((one) => `${counted(one.meetings, "meeting")}, ${reasonWord(one.why)}`)
                    .join("; ")}
            </dd>
            <dt>Invalid rows</dt>
            <dd>{count(account.invalid_rows)}</dd>
            <dt>Days not listed to the end</dt>
            <dd>{days(account.unlisted_days)}</dd>
            <dt>Days that may still grow</dt>
            <dd>{days(account.open_days)}</dd>
          </dl>
        </Section>
        <Section
          title={`${title}Calls and quota`}
          note="Calls that were made for this time, counted before each was made. The quota is of today, by our count: others may use it, too."
        >
          {account.quota === null ? (
            <Nothing>This server does not know of calls.</Nothing>
          ) : (
            <Part
              name="Quota used today"
              got={account.quota.used_today}
              of={account.quota.limit ?? account.quota.used_today + account.quota.left_today}
            />
          )}
          <table>
            <thead>
              <tr>
                <th scope="col">Calls for</th>
                <th scope="col" class="number">
                  Made
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
              </tr>
            </thead>
            <tbody>
              {account.calls.map((one) => (
                <tr key={one.purpose}>
                  <th scope="row">{named(one.purpose, "other")}</th>
                  <td class="number">{count(one.calls)}</td>
                  <td class="number">{count(one.failed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      </div>
      <Section
        title={`${title}What is missing`}
        note={account.holes.length === 0 ? undefined : "Until: when Zoom forgets it. “–”: not known."}
      >
        {account.holes.length === 0 ? (
          <Nothing>Nothing is missing.</Nothing>
        ) : (
          <table class="blocks">
            <thead>
              <tr>
                <th scope="col">Meeting</th>
                <th scope="col">Start</th>
                <th scope="col">Why</th>
                <th scope="col" class="number">
                  Joins
                </th>
                <th scope="col" class="number">
                  Minutes
                </th>
                <th scope="col">Until</th>
              </tr>
            </thead>
            <tbody>
              {account.holes.map((hole) => (
                <tr key={hole.meeting_uuid}>
                  <th scope="row" class="text first">
                    <a href={toMeeting(hole.meeting_uuid)}>{named(hole.topic, "Meeting without a topic")}</a>
                  </th>
                  <td>{moment(hole.start, zone)}</td>
                  <td>{hole.why === null ? NONE : reasonWord(hole.why)}</td>
                  <td class="number" data-name="joins">
                    {count(hole.joins)}
                  </td>
                  <td class="number" data-name="minutes">
                    {count(hole.minutes)}
                  </td>
                  <td data-name="until">{until(hole.until, zone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </>
  );
}

/** A part of a whole, as a bar with its figures. */
function Part({ name, got, of }: { name: string; got: number; of: number }) {
  return (
    <p class="part">
      <span>{name}</span>
      <svg class="bar" width="100%" height="10" aria-hidden="true">
        <rect class="bar-whole" width="100%" height="10" rx="2" />
        <rect class="bar-part" width={along(got, Math.max(1, of))} height="10" rx="2" />
      </svg>
      <span class="number">
        {count(got)} of {count(of)} ({percent(ratio(got, of))})
      </span>
    </p>
  );
}

function Store({ store }: { store: Coverage["store"] }) {
  const zone = useZone();
  return (
    <Section title="The store">
      <dl class="facts">
        <dt>Newest sample</dt>
        <dd>{moment(store.newest_sample, zone)}</dd>
        <dt>Days not sealed yet</dt>
        <dd>{days(store.unsealed_days)}</dd>
      </dl>
      <table class="store-tables">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" class="number">
              Rows
            </th>
            <th scope="col" class="number">
              Files
            </th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {store.tables.map((table) => (
            <tr key={table.name}>
              <th scope="row">
                <code>{named(table.name, NONE)}</code>
              </th>
              <td class="number">{count(table.rows)}</td>
              <td class="number">{count(table.files)}</td>
              <td class="number">{bytes(table.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function days(list: readonly string[]): string {
  return list.length === 0 ? "none" : list.map(dayName).join(", ");
}

function until(instant: string | null, zone: string): string {
  const at = milliseconds(instant);
  return at === null ? NONE : longDay(at, zone);
}
