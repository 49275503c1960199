import type { ComponentChildren } from "preact";
import { signOut } from "../api/ask.ts";
import { UTC, viewersZone } from "../time/zone.ts";
import { adjust, usePlace } from "../view/location.ts";
import { useZone, useZoneInAddress } from "../view/range.ts";
import { link } from "../view/routes.ts";
import { useSession } from "../view/session.ts";
import { shown } from "../words/shown.ts";
import { Menu } from "./controls.tsx";
import { SearchBox } from "./search-box.tsx";

const VIEWS: [path: string, label: string][] = [
  ["", "Overview"],
  ["meetings", "Meetings"],
  ["compare", "Compare"],
  ["live", "Live"],
  ["coverage", "Coverage"],
];

/** What is around every page. */
export function Frame({ children }: { children: ComponentChildren }) {
  const { segments, query } = usePlace();
  const session = useSession();
  useZoneInAddress();
  const current = segments[0] ?? "";
  const carried = (path: string): string => {
    // The range goes along between the views that have one.
    const keeps = path === "" || path === "meetings" || path === "coverage";
    const [from, to] = [query.get("from"), query.get("to")];
    return link(path === "" ? [] : [path], keeps && from && to && segments.length < 2 ? { from, to } : {});
  };
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="frame">
        <a class="brand" href={link([])} aria-label="zqos, overview">
          zqos
        </a>
        <nav aria-label="Views" class="views">
          {VIEWS.map(([path, label]) => (
            <a key={path} href={carried(path)} {...(current === path && { "aria-current": "page" as const })}>
              {label}
            </a>
          ))}
        </nav>
        <SearchBox />
        <ZoneMenu />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer class="frame-foot">
        <span>
          zqos {shown(session.version)}, {session.role}
          {session.share_safe ? ", made safe to share: no names" : ""}
        </span>
        <span>Minutes are judged by the rule {shown(session.rule)}</span>
        <span>Figures tell network and device conditions, never what people heard or saw</span>
        <button
          type="button"
          class="plain"
          onClick={() => {
            void signOut().then(() => window.location.reload());
          }}
        >
          Sign out
        </button>
      </footer>
    </>
  );
}

/** In which zone times are shown: the viewer's, UTC, or that of the address where it is another. */
function ZoneMenu() {
  const zone = useZone();
  const zones = [...new Set([viewersZone(), UTC, zone])];
  return (
    <Menu
      label="Times in"
      choices={zones.map((name) => ({ value: name, label: name.replaceAll("_", " ") }))}
      chosen={zone}
      choose={(name) => adjust({ tz: name })}
    />
  );
}
