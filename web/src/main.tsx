import { render } from "preact";
import { App } from "./app.tsx";
import { followLinks } from "./view/location.ts";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/charts.css";
import "./style/pages.css";

const root = document.getElementById("app");
if (root) {
  followLinks();
  render(<App />, root);
}
