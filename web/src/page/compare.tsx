import { question } from "../api/ask.ts";
import type { Comparison } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { Answer, Nothing } from "../part/answer.tsx";
import { type Choice, MEDIA, Menu, Segments, useChoice } from "../part/controls.tsx";
import { Page } from "../part/page.tsx";
import { RangeBar } from "../part/range-bar.tsx";
import { milliseconds } from "../time/format.ts";
import { instantOf, wallAt } from "../time/zone.ts";
import { adjust, usePlace } from "../view/location.ts";
import { type Range, useRange } from "../view/range.ts";
import { latestOf, useSession } from "../view/session.ts";
import { Effects, Ranking } from "../part/comparison.tsx";
import { named } from "../words/shown.ts";

const QUESTIONS: readonly Choice<"cohort" | "change" | "rank">[] = [
  { value: "cohort", label: "A group against others" },
  { value: "change", label: "Before and after a change" },
  { value: "rank", label: "All groups, ranked" },
];

const TRAITS: readonly Choice<string>[] = [
  { value: "site", label: "site" },
  { value: "network_type", label: "network" },
  { value: "version", label: "client version" },
  { value: "data_center", label: "Zoom data centre" },
  { value: "location", label: "location" },
  { value: "device", label: "device" },
  { value: "os", label: "system" },
  { value: "client", label: "client" },
];

/** Whether a group, or a change, made a difference beyond chance. */
export function ComparePage() {
  const latest = latestOf(useSession());
  const range = useRange(28, latest);
  const { query } = usePlace();
  const [medium, setMedium] = useChoice("medium", MEDIA);
  const [asked, ask] = useChoice("ask", QUESTIONS);
  const [trait, setTrait] = useChoice("trait", TRAITS);
  const value = query.get("value") ?? "";
  const against = query.get("against") ?? "";
  const change = query.get("change");
  const isReady = asked === "rank" || (asked === "cohort" ? value !== "" : milliseconds(change) !== null);
  const common = { medium, from: range.start, to: range.end };
  const asking = useAnswer<Comparison>(
    !isReady
      ? null
      : question("compare", {
          ...common,
          ...(asked === "rank" && { by: trait }),
          ...(asked !== "rank" && value !== "" && { trait, value, against }),
          ...(asked === "change" && { change }),
        }),
  );
  return (
    <Page
      title="Compare"
      controls={
        <>
          <Segments label="Medium" choices={MEDIA} chosen={medium} choose={setMedium} />
          <RangeBar range={range} latest={latest} />
        </>
      }
    >
      <div class="stack">
        <div class="panel">
          <Segments label="Question" choices={QUESTIONS} chosen={asked} choose={ask} />
          <div class="compare-form">
            <Menu
              label={asked === "rank" ? "By" : "Whose"}
              choices={TRAITS}
              chosen={trait}
              choose={(next) => {
                adjust({ value: null, against: null });
                setTrait(next);
              }}
            />
            {asked !== "rank" && (
              <Cohort
                key={`${trait} ${value} ${against} ${change ?? ""} ${asked}`}
                trait={trait}
                range={range}
                medium={medium}
                isChange={asked === "change"}
              />
            )}
          </div>
        </div>
        {isReady ? (
          <Answer asking={asking} what="the comparison">
            {(comparison) =>
              comparison.cohorts ? (
                <Ranking comparison={comparison} traits={TRAITS} />
              ) : (
                <Effects
                  comparison={comparison}
                  zone={range.zone}
                  group={value === "" ? null : called(trait, value)}
                  others={against === "" ? null : called(trait, against)}
                />
              )
            }
          </Answer>
        ) : (
          <Nothing>
            <p>
              {asked === "change"
                ? "Say when the change was: a driver, a VPN, a firewall, a release. If only some were changed, name them."
                : "Say which group: a site, a network, a version. It is set against all others, or against one other."}
            </p>
            <p>Joins are compared with those of the same hour of the week, and counted by meetings and people.</p>
          </Nothing>
        )}
      </div>
    </Page>
  );
}

/** A group as people call it: `client version 6.3.1`. */
function called(trait: string, value: string): string {
  return `${TRAITS.find((one) => one.value === trait)?.label ?? trait} ${named(value, "")}`;
}

/** Which group, against which, and when it was changed; asked for all at once. */
function Cohort(props: { trait: string; range: Range; medium: string; isChange: boolean }) {
  const { trait, range, medium, isChange } = props;
  const { query } = usePlace();
  // What there is to choose from is what a ranking knows.
  const known = useAnswer<Comparison>(question("compare", { medium, from: range.start, to: range.end, by: trait }));
  const names = (known.data?.cohorts?.cohorts ?? []).flatMap((cohort) => cohort.names);
  const at = milliseconds(query.get("change"));
  return (
    <form
      class="compare-form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const text = (name: string): string => String(form.get(name) ?? "").trim();
        const change = readLocal(text("change"), range.zone);
        adjust({
          value: text("value") || null,
          against: text("against") || null,
          change: change === null ? null : new Date(change).toISOString().replace(".000Z", "Z"),
        });
      }}
    >
      <label class="menu">
        <span>{isChange ? "is (empty: everybody)" : "is"}</span>
        <input type="text" name="value" list="known-values" defaultValue={query.get("value") ?? ""} size={18} />
      </label>
      {!isChange && (
        <label class="menu">
          <span>against (empty: all others)</span>
          <input type="text" name="against" list="known-values" defaultValue={query.get("against") ?? ""} size={18} />
        </label>
      )}
      {isChange && (
        <label class="menu">
          <span>changed at ({range.zone})</span>
          <input
            type="datetime-local"
            name="change"
            required
            defaultValue={at === null ? "" : localText(at, range.zone)}
          />
        </label>
      )}
      <datalist id="known-values">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit">Compare</button>
    </form>
  );
}

/** What `datetime-local` holds, in the zone that is shown. */
function localText(at: number, zone: string): string {
  const wall = wallAt(at, zone);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${wall.year}-${two(wall.month)}-${two(wall.day)}T${two(wall.hour)}:${two(wall.minute)}`;
}

function readLocal(text: string, zone: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0] = parts;
  return instantOf({ year, month, day, hour, minute, second: 0 }, zone);
}
