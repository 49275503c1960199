import { Page } from "../part/page.tsx";

export function SearchPage() {
  return <Page title="SearchPage">{null}</Page>;
}
