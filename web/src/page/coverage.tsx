import { Page } from "../part/page.tsx";

export function CoveragePage() {
  return <Page title="CoveragePage">{null}</Page>;
}
