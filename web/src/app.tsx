import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { question } from "./api/ask.ts";
import type { Session } from "./api/contract.ts";
import { useAnswer } from "./api/use-answer.ts";
import { ComparePage } from "./page/compare.tsx";
import { CoveragePage } from "./page/coverage.tsx";
import { LivePage } from "./page/live.tsx";
import { MeetingPage } from "./page/meeting.tsx";
import { MeetingsPage } from "./page/meetings.tsx";
import { OverviewPage } from "./page/overview.tsx";
import { PersonPage } from "./page/person.tsx";
import { SearchPage } from "./page/search.tsx";
import { SitePage } from "./page/site.tsx";
import { Failure, SignedOut, Waiting } from "./part/answer.tsx";
import { Frame } from "./part/frame.tsx";
import { Page } from "./part/page.tsx";
import { usePlace } from "./view/location.ts";
import { link } from "./view/routes.ts";
import { SessionContext } from "./view/session.ts";

/** The dashboard: who is asking, then the page that the address names. */
export function App() {
  const asking = useAnswer<Session>(question("session"));
  if (asking.state === "failed") {
    if (asking.problem.status === 401) return <SignedOut />;
    return (
      <main class="alone">
        <Failure problem={asking.problem} what="The session" again={asking.again} />
      </main>
    );
  }
  if (asking.data === null) {
    return (
      <main class="alone">
        <Waiting what="the session" />
      </main>
    );
  }
  return (
    <SessionContext.Provider value={asking.data}>
      <Frame>
        <Routed />
      </Frame>
    </SessionContext.Provider>
  );
}

function Routed() {
  const { segments } = usePlace();
  const path = segments.join("/");
  const before = useRef(path);
  useEffect(() => {
    // Whoever can't see that the page changed is led to its beginning.
    if (before.current !== path) document.getElementById("main")?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  return <Guard key={path}>{pageAt(segments)}</Guard>;
}

function pageAt(segments: readonly string[]): ComponentChildren {
  const [first, second] = segments;
  if (segments.length > 2) return <NotFound />;
  if (second !== undefined) {
    if (first === "meetings") return <MeetingPage uuid={second} />;
    if (first === "people") return <PersonPage personKey={second} />;
    if (first === "sites") return <SitePage name={second} />;
    return <NotFound />;
  }
  switch (first) {
    case undefined:
      return <OverviewPage />;
    case "meetings":
      return <MeetingsPage />;
    case "compare":
      return <ComparePage />;
    case "live":
      return <LivePage />;
    case "coverage":
      return <CoveragePage />;
    case "search":
      return <SearchPage />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <Page title="No such page">
      <p>
        Nothing is at this address. <a href={link([])}>Go to the overview</a>, or search with <kbd>/</kbd>.
      </p>
    </Page>
  );
}

/** Keeps what goes wrong in one page from taking the rest along. */
class Guard extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title="This page can’t be shown">
        <Failure
          problem={{
            status: 0,
            title: "The answer is not what this dashboard expects",
            hint: "Load the page anew. If that does not help, the dashboard and the server are of different versions.",
          }}
          what="The page"
          again={() => window.location.reload()}
        />
      </Page>
    );
  }
}
