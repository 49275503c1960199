import { Page } from "../part/page.tsx";
export function SitePage({ name }: { name: string }) {
  return <Page title={name}>{null}</Page>;
}
