import { Page } from "../part/page.tsx";

export function LivePage() {
  return <Page title="LivePage">{null}</Page>;
}
