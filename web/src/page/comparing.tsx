import { Page } from "../part/page.tsx";

export function Comparing() {
  return <Page title="Comparing">{null}</Page>;
}
