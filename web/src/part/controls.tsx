import { useId } from "preact/hooks";
import { adjust, usePlace } from "../view/location.ts";

export interface Choice<Value extends string> {
  value: Value;
  label: string;
}

/** One of a few, all visible: radio buttons that look like one control. */
export function Segments<Value extends string>(props: {
  label: string;
  choices: readonly Choice<Value>[];
  chosen: Value;
  choose: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend>{props.label}</legend>
      <div class="segments-row">
        {props.choices.map(({ value, label }) => (
          <label key={value} class={value === props.chosen ? "segment chosen" : "segment"}>
            <input type="radio" name={name} checked={value === props.chosen} onChange={() => props.choose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** One of several, by a menu of the system. */
export function Menu<Value extends string>(props: {
  label: string;
  choices: readonly Choice<Value>[];
  chosen: Value;
  choose: (value: Value) => void;
}) {
  return (
    <label class="menu">
      <span>{props.label}</span>
      <select value={props.chosen} onChange={(event) => props.choose(event.currentTarget.value as Value)}>
        {props.choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A member of the query that is one of a few; the first of them where it is none, which is left out of the address. */
export function useChoice<Value extends string>(
  name: string,
  choices: readonly Choice<Value>[],
): [Value, (value: Value) => void] {
  const asked = usePlace().query.get(name);
  const first = choices[0]?.value as Value;
  const chosen = choices.find((choice) => choice.value === asked)?.value ?? first;
  return [chosen, (value) => adjust({ [name]: value === first ? null : value })];
}

export const MEDIA: readonly Choice<"audio" | "video" | "share">[] = [
  { value: "audio", label: "Audio" },
  { value: "video", label: "Video" },
  { value: "share", label: "Share" },
];
