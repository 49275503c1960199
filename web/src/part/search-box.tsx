import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
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

/**
 * The box that finds a person, a topic, a host or a time, from every page; `/` leads into it.
 *
 * It is the combobox of the ARIA Authoring Practices, with a list that is only offered: Enter without a choice leads
 * to the page of results. The browser keeps what is typed, so that none of it can be lost while answers come in.
 */
export function SearchBox() {
  const zone = useZone();
  const now = nowOf(useSession());
  const { segments } = usePlace();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [chosen, choose] = useState(-1);
  const asked = usePaused(text, PAUSE);
  const typed = readTyped(asked, now, zone);
  const asking = useAnswer<SearchAnswer>(searchQuestion(typed.words, typed.at));
  const found = useMemo(
    () => (asking.state === "answered" && asked !== "" ? offered(asking.data, zone) : []),
    [asking.state, asking.data, asked, zone],
  );
  useSlash(() => input.current?.focus());
  useEffect(() => choose(-1), [found]);
  // What was sought is found, or has a page of its own: the box is empty for the next.
  useEffect(() => {
    if (input.current) input.current.value = "";
    setText("");
    setOpen(false);
  }, [segments.join("/")]);

  const isShown = isOpen && found.length > 0;
  const current = isShown ? found[chosen] : undefined;
  const pressed = (event: KeyboardEvent): void => {
    const turn = (by: number): void => {
      event.preventDefault();
      setOpen(true);
      // One place beyond the list is none of it: the words themselves.
      const places = found.length + 1;
      choose(((chosen + 1 + by + places) % places) - 1);
    };
    if (event.key === "ArrowDown") turn(1);
    else if (event.key === "ArrowUp") turn(-1);
    else if (event.key === "Escape" && isShown) {
      event.preventDefault();
      setOpen(false);
    }
  };

  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        const words = input.current?.value.trim() ?? "";
        if (current !== undefined) go(current.href);
        else if (words !== "") go(link(["search"], { q: words }));
      }}
    >
      <label class="unseen" for={`${id}-input`}>
        Find a person, a topic, a host, a site or a time
      </label>
      <input
        ref={input}
        id={`${id}-input`}
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        {...(current !== undefined && { "aria-activedescendant": `${id}-${chosen}` })}
        placeholder="Person, topic, host, yesterday 10:00 …"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value.trim());
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id={`${id}-list`} role="listbox" aria-label="What was found" class="found" hidden={!isShown}>
        {isShown &&
          found.map((one, index) => (
            <li
              key={one.href}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              ref={(element) => {
                if (index === chosen) element?.scrollIntoView({ block: "nearest" });
              }}
              // The box keeps the focus, so that a press does not close the list before it is a click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => go(one.href)}
            >
              <span class="text">{one.label}</span>
              <span class="found-kind">{one.kind}</span>
            </li>
          ))}
      </ul>
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
