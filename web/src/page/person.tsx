import { Page } from "../part/page.tsx";
export function PersonPage({ personKey }: { personKey: string }) {
  return <Page title={personKey}>{null}</Page>;
}
