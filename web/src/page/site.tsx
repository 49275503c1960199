import { question } from "../api/ask.ts";
import type { Site } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Days } from "../chart/days.tsx";
import { Week } from "../chart/week.tsx";
import { Answer, Nothing } from "../part/answer.tsx";
import { MEDIA, Segments, useChoice } from "../part/controls.tsx";
import { Causes, Grounds, Summary } from "../part/diagnosis.tsx";
import { Groups } from "../part/groups.tsx";
import { Page, Section } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { dayAfter } from "../time/zone.ts";
import { here } from "../view/location.ts";
import { useRange } from "../view/range.ts";
import { link, toMeetings } from "../view/routes.ts";
import { latestOf, useSession } from "../view/session.ts";
import { named } from "../words/shown.ts";

/** A site: what went wrong there, when in the week, and for which of its networks. */
export function SitePage({ name }: { name: string }) {
  const latest = latestOf(useSession());
  const range = useRange(7, latest);
  const [medium, setMedium] = useChoice("medium", MEDIA);
  const asking = useAnswer<Site>(
    question(`sites/${encodeURIComponent(name)}`, { from: range.start, to: range.end, tz: range.zone, medium }),
  );
  const title = named(name, "Site");
  return (
    <Page
      title={title}
      kind={asking.data?.kind ? `Site, ${named(asking.data.kind, "")}` : "Site"}
      controls={
        <>
          <Segments label="Medium" choices={MEDIA} chosen={medium} choose={setMedium} />
          <RangeBar range={range} latest={latest} />
        </>
      }
    >
      <Answer asking={asking} what={title}>
        {({ diagnosis, days, week, groups }) => (
          <div class="stack">
            <div>
              <Summary diagnosis={diagnosis} />
              <p class="next-links">
                <a href={toMeetings(range, { site: name, sort: "poor_minutes" })}>Its meetings, the worst first</a>
                <a href={link(["compare"], { from: range.from, to: range.to, trait: "site", value: name })}>
                  Compare it with all others
                </a>
              </p>
            </div>
            <div class="split">
              <Section title="What it goes with" note="How sure is a probability from the figures, not a proof.">
                <Causes diagnosis={diagnosis} window={range} about={name} />
              </Section>
              <div class="stack">
                <Section
                  title="By day"
                  note={`Share of judged ${medium} minutes that were poor or bad; line: 95 % interval, an arrow where it goes further. Days of ${range.zone}. “–”: nothing judged.`}
                >
                  <Days days={days} what={medium} hrefOf={(day) => here({ from: day, to: dayAfter(day, 1) })} />
                </Section>
                <Section title="What stays open, and what this rests on">
                  <Grounds diagnosis={diagnosis} />
                </Section>
              </div>
            </div>
            <Section
              title="Week by hour"
              note={`Share of judged ${medium} minutes that were poor or bad, in per cent, of all weeks of the range together. Hours of ${range.zone}.`}
            >
              {days.every((day) => day.minutes === 0) ? (
                <Nothing>No minute has a verdict here.</Nothing>
              ) : (
                <Week week={week} zone={range.zone} />
              )}
            </Section>
            <div class="grid">
              {groups.map((group) => (
                <Groups key={group.by} group={group} window={range} what={medium} />
              ))}
            </div>
          </div>
        )}
      </Answer>
    </Page>
  );
}
