import type { ComponentChildren } from "preact";
import type { Problem } from "../api/contract.ts";
import type { Asking } from "../api/use-answer.ts";
import { shown } from "../words/shown.ts";

/** Shows an answer, or that it is waited for, or why there is none. */
export function Answer<Data>(props: {
  asking: Asking<Data> & { again: () => void };
  /** What is asked for, after “Asking for”. */
  what: string;
  children: (data: Data) => ComponentChildren;
}) {
  const { asking, what, children } = props;
  if (asking.state === "failed") {
    if (asking.problem.status === 401) {
      return (
        <div class="failure" role="alert">
          <p class="failure-title">Signed out</p>
          <HowToSignIn />
        </div>
      );
    }
    return <Failure problem={asking.problem} what={what} again={asking.again} />;
  }
  if (asking.data === null) return <Waiting what={what} />;
  const isOld = asking.state === "asking";
  return (
    <div class={isOld ? "old" : "current"} aria-busy={isOld}>
      {children(asking.data)}
    </div>
  );
}

/** That something is waited for. */
export function Waiting({ what }: { what: string }) {
  return (
    <div class="waiting" role="status">
      <span class="waiting-bar" aria-hidden="true" />
      <span>Asking for {what} …</span>
    </div>
  );
}

/** Why there is no answer, and what to do. */
export function Failure(props: { problem: Problem; what: string; again: () => void }) {
  const { problem, what, again } = props;
  const title = problem.status === 404 ? "The store does not have this" : (problem.title ?? "It failed");
  return (
    <div class="failure" role="alert">
      <p class="failure-title">
        <span aria-hidden="true">✕</span> {shown(title)}
      </p>
      {problem.detail !== undefined && problem.detail !== title && <p>{shown(problem.detail)}</p>}
      {problem.hint !== undefined && <p class="hint">{shown(problem.hint)}</p>}
      <p class="failure-foot">
        <button type="button" onClick={again}>
          Ask again
        </button>
        <span class="quiet">
          {what}
          {problem.status === 0 ? "" : `, status ${problem.status}`}
        </span>
      </p>
    </div>
  );
}

/** That there is nothing, why, and where there is something. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <div class="nothing">{children}</div>;
}

/** That nobody is signed in, where nobody was from the start. */
export function SignedOut() {
  return (
    <main class="alone">
      <h1>Signed out</h1>
      <HowToSignIn />
    </main>
  );
}

function HowToSignIn() {
  return (
    <>
      <p>
        Open the sign-in address that <code>zqos serve</code> printed. It works once.
      </p>
      <p>
        To get a new one, start <code>zqos serve</code> again: it prints one at each start.
      </p>
    </>
  );
}
