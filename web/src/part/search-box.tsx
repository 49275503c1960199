import * as combobox from "@zag-js/combobox";
import { normalizeProps, useMachine } from "@zag-js/preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { question } from "../api/ask.ts";
import type { SearchAnswer } from "../api/contract.ts";
import { useAnswer } from "../api/use-answer.ts";
import { moment } from "../time/format.ts";
import { readTyped } from "../time/typed.ts";
import { go, usePlace } from "../view/location.ts";
import { useZone } from "../view/range.ts";
import { link, toMeeting, toPerson, toSite } from "../view/routes.ts";
import { nowOf, useSession } from "../view/session.ts";
import { counted } from "../words/number.ts";
import { named } from "../words/shown.ts";

/** Where something that was found leads, and what it is called. */
interface Found {
  href: string;
  label: string;
  kind: string;
}

/** How long typing pauses, in milliseconds, before the server is asked. */
const PAUSE = 180;
/** How many of each kind are offered; the page of results has all. */
const OFFERED = 6;

/** The box that finds a person, a topic, a host or a time, from every page; `/` leads into it. */
export function SearchBox() {
  const zone = useZone();
  const now = nowOf(useSession());
  const [text, setText] = useState("");
  const asked = usePaused(text, PAUSE);
  const typed = readTyped(asked, now, zone);
  const asking = useAnswer<SearchAnswer>(searchQuestion(typed.words, typed.at));
  const items = useMemo(
    () => (asking.state === "answered" && asked !== "" ? offered(asking.data, zone) : []),
    [asking.state, asking.data, asked, zone],
  );
  const collection = useMemo(
    () => combobox.collection({ items, itemToValue: (item) => item.href, itemToString: (item) => item.label }),
    [items],
  );
  const service = useMachine(combobox.machine, {
    id: "search",
    collection,
    value: [],
    allowCustomValue: true,
    selectionBehavior: "preserve",
    inputBehavior: "none",
    openOnClick: false,
    positioning: { placement: "bottom-end", gutter: 4, fitViewport: true },
    onInputValueChange: ({ inputValue }) => setText(inputValue),
    onValueChange: ({ value }) => {
      const [href] = value;
      if (href !== undefined) go(href);
    },
  });
  const box = combobox.connect(service, normalizeProps);
  useSlash(() => box.focus());
  // What was sought is found, or has a page of its own: the box is empty for the next.
  const { segments } = usePlace();
  useEffect(() => box.setInputValue(""), [segments.join("/")]);

  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "" || box.highlightedValue !== null) return;
        box.setOpen(false);
        go(link(["search"], { q: text.trim() }));
      }}
    >
      <div {...box.getRootProps()}>
        <label {...box.getLabelProps()} class="unseen">
          Find a person, a topic, a host, a site or a time
        </label>
        <div {...box.getControlProps()} class="search-control">
          <input
            {...(box.getInputProps() as object)}
            placeholder="Person, topic, host, yesterday 10:00 …"
            spellcheck={false}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <div {...box.getPositionerProps()}>
          {items.length > 0 && (
            <ul {...box.getContentProps()} class="found">
              {items.map((item) => (
                <li key={item.href} {...box.getItemProps({ item })}>
                  <span class="text">{item.label}</span>
                  <span class="found-kind">{item.kind}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </form>
  );
}

/** The question to the server; `null` where nothing was typed. */
export function searchQuestion(words: string, at: number | null): string | null {
  if (words === "" && at === null) return null;
  return question("search", { q: words, at: at === null ? null : new Date(at).toISOString() });
}

function offered(answer: SearchAnswer, zone: string): Found[] {
  return [
    ...answer.sites.slice(0, OFFERED).map((site) => ({
      href: toSite(site.name),
      label: named(site.name, "a site"),
      kind: `site, ${counted(site.joins, "join")}`,
    })),
    ...answer.people.slice(0, OFFERED).map((person) => ({
      href: toPerson(person.key),
      label: named(person.name ?? person.email, person.key),
      kind: `person, ${counted(person.joins, "join")}`,
    })),
    ...answer.meetings.slice(0, OFFERED).map((meeting) => ({
      href: toMeeting(meeting.meeting_uuid),
      label: named(meeting.topic, "Meeting without a topic"),
      kind: moment(meeting.start, zone),
    })),
  ];
}

/** A text, once it has not changed for a while. */
function usePaused(text: string, pause: number): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => settle(text), pause);
    return () => window.clearTimeout(timer);
  }, [text, pause]);
  return settled;
}

/** Calls back on `/`, where nobody is typing. */
function useSlash(found: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
      event.preventDefault();
      found();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
}
