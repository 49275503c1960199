import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** A page: its title, which is the window's as well, what stands above it, and what it shows. */
export function Page(props: {
  title: string;
  /** A line above the title: what kind of thing it is. */
  kind?: ComponentChildren;
  /** Beside the title: what the page is set to. */
  controls?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { title, kind, controls, children } = props;
  useEffect(() => {
    document.title = `${title} · zqos`;
  }, [title]);
  return (
    <>
      <div class="page-head">
        <div class="page-title">
          {kind && <p class="kind">{kind}</p>}
          <h1>{title}</h1>
        </div>
        {controls && <div class="controls">{controls}</div>}
      </div>
      {children}
    </>
  );
}

/** A part of a page with its heading; `note` says what is counted, in which unit, and what missing means. */
export function Section(props: {
  title: ComponentChildren;
  note?: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ""}`}>
      <div class="panel-head">
        <h2>{props.title}</h2>
        {props.aside && <div class="panel-aside">{props.aside}</div>}
      </div>
      {props.children}
      {props.note && <p class="note">{props.note}</p>}
    </section>
  );
}
