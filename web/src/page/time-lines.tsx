import { useMemo } from "preact/hooks";
import { question } from "../api/ask.ts";
import type { Medium, Series } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { type Axis, seen, zoomText } from "../chart/timeline/axis.ts";
import type { Cursor } from "../chart/timeline/cursor.ts";
import { FIGURES, mediumOf, streamName, USUAL_FIGURES } from "../chart/timeline/figures.ts";
import { Lines } from "../chart/timeline/lines.tsx";
import { Answer, Nothing } from "../part/answer.tsx";
import { adjust, usePlace } from "../view/location.ts";

/** Time lines of chosen participants, with the choice of streams and figures. */
export function TimeLines(props: {
  uuid: string;
  chosen: readonly string[];
  /** Whose streams are drawn where the address names none. */
  medium: Medium;
  /** Which of input and output is sent, as the diagnosis found, `null` before; time lines may know it themselves. */
  input: Series["input"] | null;
  seriesOf: (userId: string) => number;
  axis: Axis;
  zone: string;
  gutter: number;
  width: number;
  cursor: Cursor;
}) {
  const { uuid, chosen, medium, input, seriesOf, axis, zone, gutter, width, cursor } = props;
  const { query } = usePlace();
  const asking = useAnswer<Series>(
    question(`meetings/${encodeURIComponent(uuid)}/series`, { user_id: [...chosen].sort() }),
  );
  const stable = useMemo(() => seriesOf, [chosen.join("\n")]);
  return (
    <Answer asking={asking} what="time lines">
      {(answer) => {
        const series = answer.input === "unknown" && input !== null ? { ...answer, input } : answer;
        const known = knownStreams(series);
        if (known.length === 0) return <Nothing>Nothing was measured of those that are chosen.</Nothing>;
        const asked = query.getAll("streams").filter((stream) => known.includes(stream));
        const usual = known.filter((stream) => mediumOf(stream) === medium);
        const streams = asked.length > 0 ? asked : usual.length > 0 ? usual : known.slice(0, 2);
        const askedFigures = query.getAll("figures");
        const figures = FIGURES.filter(({ key }) =>
          (askedFigures.length > 0 ? askedFigures : USUAL_FIGURES).includes(key),
        );
        return (
          <>
            <div class="choices">
              <Checks
                label="Streams"
                name="streams"
                choices={known.map((stream) => [stream, streamName(stream, series.input)])}
                chosen={streams}
              />
              <Checks
                label="Figures"
                name="figures"
                choices={FIGURES.map(({ key, title }) => [key, title])}
                chosen={figures.map(({ key }) => key)}
              />
            </div>
            <Lines
              series={series}
              figures={figures}
              streams={streams}
              seriesOf={stable}
              axis={axis}
              zone={zone}
              gutter={gutter}
              width={width}
              cursor={cursor}
              zoom={(first, last) => adjust({ zoom: zoomText(seen(axis, first, last)) })}
            />
            <p class="note">
              One value a minute and stream, as Zoom gives it; a line breaks where a minute was not measured. Colours
              and shapes are participants, dashes are streams. Dotted lines: limits of the rule.
              {input !== null && series.input === "unknown" && " Which of input and output is sent is not known for this account."}
            </p>
          </>
        );
      }}
    </Answer>
  );
}

/** Streams that anybody chosen has, audio first. */
function knownStreams(series: Series): string[] {
  const order = ["audio", "video", "share"];
  const rank = (stream: string): number => {
    const at = order.indexOf(mediumOf(stream) ?? "");
    return at < 0 ? order.length : at;
  };
  const all = new Set(series.series.flatMap((one) => Object.keys(one.streams)));
  return [...all].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Any of several: check boxes, of which the last can't be taken away. */
function Checks(props: {
  label: string;
  name: string;
  choices: readonly (readonly [string, string])[];
  chosen: readonly string[];
}) {
  const { label, name, choices, chosen } = props;
  const toggle = (key: string): void => {
    const next = choices
      .map(([one]) => one)
      .filter((one) => (one === key ? !chosen.includes(one) : chosen.includes(one)));
    if (next.length > 0) adjust({ [name]: next });
  };
  return (
    <fieldset class="checks">
      <legend>{label}</legend>
      {choices.map(([key, words]) => (
        <label key={key} class={chosen.includes(key) ? "check chosen" : "check"}>
          <input type="checkbox" checked={chosen.includes(key)} onChange={() => toggle(key)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}
