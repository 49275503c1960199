/**
 * Walks every page of the dashboard in a real browser, on a telephone and on a desk, light and dark, and fails on
 * anything that is wrong: an error on the console, a violation of the policy, a request to anybody else, what axe-core
 * finds (WCAG 2.0 to 2.2, A and AA), a page wider than its screen, a view that a link does not restore.
 *
 *     node test/walk.mjs [--base http://127.0.0.1:8650] [--sign-in URL] [--shots FOLDER] [--only NAME]
 *                        [--state FILE] [--patience SECONDS] [--timed]
 *
 * `--state` keeps the session in a file, for sign-in addresses that work once. What takes how long is told; only with
 * `--timed` it is checked: of a busy machine it says nothing. It finds by itself what there is to look at, so that it
 * walks `npm run mock` and a `zqos serve` alike.
 */
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: options } = parseArgs({
  options: {
    base: { type: "string", default: "http://127.0.0.1:8650" },
    "sign-in": { type: "string" },
    shots: { type: "string" },
    only: { type: "string" },
    state: { type: "string" },
    patience: { type: "string", default: "60" },
    timed: { type: "boolean", default: false },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
const BASE = options.base.replace(/\/$/, "");
const SIGN_IN = options["sign-in"] ?? `${BASE}/sign-in?code=mock`;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SCREENS = [
  { name: "phone-light", width: 360, height: 800, scheme: "light" },
  { name: "phone-dark", width: 360, height: 800, scheme: "dark" },
  { name: "desk-light", width: 1440, height: 900, scheme: "light" },
  { name: "desk-dark", width: 1440, height: 900, scheme: "dark" },
  { name: "wall-light", width: 3840, height: 2160, scheme: "light", only: ["overview", "meeting"] },
];
/** How long a page may take, in milliseconds: causes take a real server seconds the first time. */
const PATIENCE = Number(options.patience) * 1000;

const profile = mkdtempSync(join(tmpdir(), "zqos-walk-"));
const problems = [];
const figures = [];
let state;

const fail = (where, what) => {
  problems.push(`${where}: ${what}`);
  console.error(`  wrong  ${where}: ${what}`);
};
const check = (where, isRight, what) => {
  if (!isRight) fail(where, what);
};

const browser = await chromium.launch({ executablePath: options.browser, args: ARGUMENTS });
try {
  await signIn();
  const found = await discover();
  const pages = pagesOf(found).filter(({ name }) => options.only === undefined || name.includes(options.only));
  for (const screen of SCREENS) {
    await walk(
      screen,
      pages.filter(({ name }) => screen.only === undefined || screen.only.includes(name)),
    );
  }
  if (options.only === undefined) {
    await restores(pages);
    await byKeyboard(found);
    await threeClicks();
    await withoutAnswers(found);
    await asViewer(found);
    await signedOut();
    await fluid(found);
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
for (const figure of figures) console.log(figure);
console.log(problems.length === 0 ? "nothing is wrong" : `${problems.length} things are wrong`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Opens the sign-in address once; its cookie serves all contexts, as a one-time code can't. */
async function signIn() {
  if (options.state !== undefined && existsSync(options.state)) {
    state = JSON.parse(readFileSync(options.state, "utf8"));
    return;
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(SIGN_IN);
  await page.waitForSelector("main#main", { timeout: PATIENCE }).catch(async (error) => {
    const shown = await page.locator("body").innerText();
    throw new Error(`signed in, ${page.url()} shows ${JSON.stringify(shown)}`, { cause: error });
  });
  state = await context.storageState(options.state === undefined ? {} : { path: options.state });
  await context.close();
}

async function opened(
  where,
  { width = 1440, height = 900, scheme = "light", isExpected = () => false, signed = true } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    ...(signed && { storageState: state }),
  });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const page = await context.newPage();
  const at = () => `${where.name} ${new URL(page.url()).pathname}`;
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isExpected(message.text()))
      fail(at(), `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fail(at(), `error: ${error.message}`));
  page.on("dialog", (dialog) => {
    fail(at(), `a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(BASE) && !request.url().startsWith("data:"))
      fail(at(), `a request to ${request.url()}`);
  });
  return { context, page };
}

/** Waits until nothing is asked for any more. */
async function settled(page) {
  await page.waitForSelector("main", { timeout: PATIENCE });
  await page.waitForFunction(() => document.querySelector(".waiting, [aria-busy=true]") === null, null, {
    timeout: PATIENCE,
  });
  // Two frames: what came is drawn, and what measures itself has measured.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector(".waiting, [aria-busy=true]") === null, null, {
    timeout: PATIENCE,
  });
}

/** What there is to look at: the worst site, meeting and person of the last week, and the largest meeting. */
async function discover() {
  const { context, page } = await opened({ name: "discovery" });
  await page.goto(BASE);
  const found = await page.evaluate(async () => {
    const get = async (path) => {
      const response = await fetch(`/api/v1/${path}`);
      return response.ok ? response.json() : null;
    };
    const session = await get("session");
    const newest = Date.parse(`${session.store.newest_day}T00:00:00Z`) + 864e5;
    const range = `from=${new Date(newest - 7 * 864e5).toISOString()}&to=${new Date(newest).toISOString()}`;
    const overview = await get(`overview?${range}&tz=UTC&medium=audio`);
    const bad = await get(`meetings?${range}&sort=share&order=desc&limit=20`);
    const large = await get(`meetings?${range}&sort=participants&order=desc&limit=1`);
    const meeting = bad.rows.find((row) => row.joins > 3) ?? bad.rows[0];
    const whole = await get(`meetings/${encodeURIComponent(meeting.meeting_uuid)}`);
    const hurt =
      whole.participants.find((one) => one.user_id === meeting.suffered[0]?.user_id) ?? whole.participants[0];
    const groups = (by) =>
      overview.groups.find((group) => group.by === by)?.rows.filter((row) => row.name !== null) ?? [];
    return {
      meeting,
      large: large.rows[0],
      hurt,
      others: whole.participants.slice(0, 3).map((one) => one.user_id),
      person: whole.participants.find((one) => one.person !== null)?.person ?? null,
      site: groups("site").sort((a, b) => (b.share?.value ?? 0) - (a.share?.value ?? 0))[0]?.name ?? null,
      version: groups("version")[0]?.name ?? null,
      topic: meeting.topic,
    };
  });
  await context.close();
  return found;
}

function pagesOf(found) {
  const part = (text) => encodeURIComponent(text).replaceAll(".", "%2E");
  const meeting = `/meetings/${part(found.meeting.meeting_uuid)}`;
  const middle =
    found.meeting.start === null ? "" : `&zoom=${minute(found.meeting.start, 5)}..${minute(found.meeting.start, 15)}`;
  return [
    { name: "overview", path: "/" },
    { name: "overview-video", path: "/?medium=video&tz=UTC" },
    { name: "meetings", path: "/meetings?sort=poor_minutes" },
    { name: "meetings-poor", path: "/meetings?verdict=poor%2Cbad&sort=share&order=asc" },
    { name: "meeting", path: meeting },
    {
      name: "meeting-state",
      path: `${meeting}?stream=audio&order=site&who=${found.others.map(encodeURIComponent).join("&who=")}&figures=latency_ms&figures=max_loss_pct&figures=system_max_cpu_pct${middle}&tz=UTC`,
    },
    { name: "meeting-large", path: `/meetings/${part(found.large.meeting_uuid)}` },
    { name: "participant", path: `${meeting}?participant=${encodeURIComponent(found.hurt.user_id)}` },
    ...(found.person === null ? [] : [{ name: "person", path: `/people/${part(found.person)}` }]),
    ...(found.site === null ? [] : [{ name: "site", path: `/sites/${part(found.site)}` }]),
    { name: "compare", path: "/compare" },
    ...(found.version === null
      ? []
      : [{ name: "compare-group", path: `/compare?trait=version&value=${encodeURIComponent(found.version)}` }]),
    { name: "compare-change", path: `/compare?ask=change&change=${encodeURIComponent(found.meeting.start ?? "")}` },
    { name: "compare-rank", path: "/compare?ask=rank&trait=network_type" },
    { name: "live", path: "/live", isMoving: true },
    { name: "coverage", path: "/coverage" },
    { name: "search", path: `/search?q=${encodeURIComponent((found.topic ?? "a").slice(0, 6))}` },
    { name: "search-nothing", path: "/search?q=no-such-thing-anywhere" },
    { name: "nowhere", path: "/nowhere" },
  ];
}

function minute(start, after) {
  return `${new Date(Date.parse(start) + after * 60_000).toISOString().slice(0, 16)}Z`;
}

async function walk(screen, pages) {
  const { context, page } = await opened(screen, screen);
  for (const { name, path } of pages) {
    const where = `${screen.name} ${name}`;
    await page.goto(BASE + path);
    try {
      await settled(page);
    } catch {
      fail(
        where,
        `not there after ${options.patience} s: ${(await page.locator(".waiting").allTextContents()).join("; ")}`,
      );
      continue;
    }
    const wide = await page.evaluate(() => {
      if (document.documentElement.scrollWidth <= window.innerWidth) return null;
      const beyond = [...document.querySelectorAll("body *")].filter(
        (element) => element.getBoundingClientRect().right > window.innerWidth + 0.5,
      );
      return beyond
        .slice(0, 6)
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`)
        .join(" ");
    });
    check(where, wide === null, `wider than the screen: ${wide}`);
    check(where, (await page.locator("h1").count()) === 1, "not one heading of the first level");
    check(where, (await page.title()).endsWith("· zqos"), "no title of its own");
    check(where, (await page.locator("main img").count()) === 0, "somebody's text became markup");
    check(
      where,
      (await page.locator(".failure").count()) === 0,
      `failed: ${await page.locator(".failure").allTextContents()}`,
    );
    for (const violation of await page.evaluate(() => window.violations)) fail(where, `policy: ${violation}`);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS);
    for (const { id, nodes } of violations) {
      fail(
        where,
        `axe: ${id} at ${nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? ""})`)
          .join("; ")}`,
      );
    }
    if (options.shots !== undefined) {
      mkdirSync(options.shots, { recursive: true });
      await page.screenshot({ path: join(options.shots, `${name}-${screen.name}.png`), fullPage: true });
    }
    console.log(`  seen   ${where}`);
  }
  await context.close();
}

/** The address of a view, opened elsewhere, says the same as the view. */
async function restores(pages) {
  const [first, second] = [await opened({ name: "view" }), await opened({ name: "restored" })];
  for (const { name, path } of pages.filter(({ isMoving }) => !isMoving)) {
    await first.page.goto(BASE + path);
    await first.page.waitForLoadState("networkidle");
    await settled(first.page);
    await second.page.goto(first.page.url());
    await second.page.waitForLoadState("networkidle");
    await settled(second.page);
    const [said, again] = [await first.page.innerText("main"), await second.page.innerText("main")];
    check(`restored ${name}`, said === again, "the link shows another text");
    if (["meeting-state", "participant", "site"].includes(name)) {
      const different = await differing(await first.page.screenshot(), await second.page.screenshot());
      // Rounded corners are not always drawn alike: a few pixels of them differ from one time to the next, most of them by
      // what nobody can see.
      check(`restored ${name}`, different <= 20, `the link shows another picture: ${different} pixels`);
    }
  }
  await first.context.close();
  await second.context.close();
}

/** How many pixels of two pictures differ by more than two of 255 steps of a colour. */
async function differing(one, other) {
  const page = await browser.newPage();
  const number = await page.evaluate(
    async (pictures) => {
      const [first, second] = await Promise.all(
        pictures.map(async (picture) => {
          const image = new Image();
          image.src = `data:image/png;base64,${picture}`;
          await image.decode();
          const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height).data;
        }),
      );
      if (first.length !== second.length) return first.length;
      const pixels = new Set();
      first.forEach((step, index) => {
        if (Math.abs(step - second[index]) > 2) pixels.add(index >> 2);
      });
      return pixels.size;
    },
    [one.toString("base64"), other.toString("base64")],
  );
  await page.close();
  return number;
}

/** From the overview to a participant's minutes, without a mouse. */
async function byKeyboard(found) {
  const where = "keyboard";
  const { context, page } = await opened({ name: where });
  await page.goto(BASE);
  await settled(page);
  await page.keyboard.press("Tab");
  check(
    where,
    (await page.evaluate(() => document.activeElement?.textContent?.trim())) === "Skip to the page",
    "the first stop does not skip to the page",
  );
  await page.keyboard.press("/");
  check(
    where,
    (await page.evaluate(() => document.activeElement?.getAttribute("role"))) === "combobox",
    "/ does not lead to the search",
  );
  await page.keyboard.type((found.topic ?? "a").slice(0, 6));
  await page.waitForSelector(".found li", { timeout: PATIENCE });
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector(".found li[aria-selected=true]");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/", { timeout: PATIENCE });
  await page.goto(`${BASE}/meetings/${encodeURIComponent(found.meeting.meeting_uuid)}`);
  await settled(page);
  const list = page.getByRole("listbox", { name: /Minutes of/ });
  await list.focus();
  for (const key of ["ArrowDown", "Space", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  await page.waitForURL(/who=/);
  await settled(page);
  check(where, (await page.locator(".strips-read strong").count()) === 2, "no minute is read");
  check(where, (await list.getAttribute("aria-activedescendant")) !== null, "no row is active");
  await page.getByRole("button", { name: "Nearer" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/zoom=/);
  const lines = page.getByRole("group", { name: /Time lines/ });
  await lines.focus();
  await page.keyboard.press("ArrowRight");
  check(where, (await page.locator(".reading caption").innerText()).startsWith("At "), "the time lines read no minute");
  // Every stop can be seen.
  const hidden = await page.evaluate(
    () =>
      [...document.querySelectorAll("a[href], button, input, select, [tabindex='0']")].filter((element) => {
        const box = element.getBoundingClientRect();
        return !element.disabled && (box.width === 0 || box.height === 0) && element.offsetParent !== null;
      }).length,
  );
  check(where, hidden === 0, `${hidden} stops have no size`);
  await context.close();
  console.log("  seen   by keyboard alone");
}

/** Questions 1 and 2 of the design: why was the call choppy, and is it the Wi-Fi, the provider, or Zoom? */
async function threeClicks() {
  const { context, page } = await opened({ name: "three clicks" });
  await page.goto(BASE);
  await settled(page);
  await page.getByRole("table").filter({ hasText: "Verdict" }).getByRole("link").first().click();
  await page.waitForURL(/\/meetings\/./);
  await settled(page);
  check("question 1", /judged minutes/.test(await page.innerText(".lead")), "the meeting is not explained");
  await page.goto(BASE);
  await settled(page);
  await page.locator(".lead a[href*='/sites/'], .groups a[href*='/sites/']").first().click();
  await page.waitForURL(/\/sites\//);
  await settled(page);
  check("question 2", /judged minutes/.test(await page.innerText(".lead")), "the site is not explained");
  await context.close();
  console.log("  seen   questions 1 and 2 within three clicks");
}

/** Where the server fails, has nothing, or is slow, the page says so, and stays whole. */
async function withoutAnswers(found) {
  const isExpected = (text) => /Failed to load resource|EventSource/.test(text);
  const { context, page } = await opened({ name: "without answers" }, { isExpected });
  const paths = pagesOf(found).filter(({ name }) =>
    ["overview", "meetings", "meeting", "person", "site", "coverage", "compare-group"].includes(name),
  );
  let mode = "fail";
  await page.route(/\/api\/v1\/(?!session)/, (route) => {
    if (mode === "fail")
      return route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({
          type: "about:blank",
          title: "The store is busy",
          status: 503,
          detail: "Another process has it.",
          hint: "Ask again in a minute.",
        }),
      });
    if (mode === "gone") return route.abort();
    return undefined;
  });
  for (mode of ["fail", "gone"]) {
    for (const { name, path } of paths) {
      await page.goto(BASE + path);
      await settled(page);
      check(`${mode} ${name}`, (await page.getByRole("alert").count()) > 0, "it does not say that it failed");
      if (options.shots !== undefined && mode === "fail" && name === "overview")
        await page.screenshot({ path: join(options.shots, "failure.png") });
    }
  }
  await page.unroute(/\/api\/v1\/(?!session)/);
  // A range without anything: long before the store.
  for (const path of [
    "/",
    "/meetings",
    "/coverage",
    ...paths.filter(({ name }) => name === "site" || name === "person").map(({ path }) => path),
  ]) {
    await page.goto(`${BASE}${path}?from=2001-01-01&to=2001-01-08&tz=UTC`);
    await settled(page);
    const isWhole =
      (await page.locator("h1").count()) === 1 &&
      (await page.getByText("not what this dashboard expects").count()) === 0;
    check(`empty ${path}`, isWhole, "the page is broken");
    if (options.shots !== undefined && path === "/") await page.screenshot({ path: join(options.shots, "empty.png") });
  }
  await page.goto(`${BASE}/meetings/no-such-meeting`);
  await settled(page);
  check("no meeting", (await page.getByRole("alert").count()) === 1, "it does not say that there is no such meeting");
  await context.close();
  console.log("  seen   failures and emptiness");
}

/** Everything that may be missing is: no name, no topic, no address, as for the role `viewer`. */
async function asViewer(found) {
  const { context, page } = await opened({ name: "viewer" });
  const hidden = new Set([
    "name",
    "topic",
    "host",
    "email",
    "ip_address",
    "location",
    "device",
    "os",
    "client",
    "version",
    "microphone",
    "speaker",
    "camera",
    "leave_reason",
    "reason",
    "share",
    "tail",
    "coverage",
    "quota",
    "site",
    "data_center",
    "network_type",
    "longest_poor_minutes",
    "meeting_id",
    "start",
    "end",
    "join",
    "leave",
    "mos",
    "newest_sample",
    "kind",
  ]);
  const bare = (value, key) => {
    if (Array.isArray(value)) return value.map((one) => bare(one));
    if (value === null || typeof value !== "object") return value;
    if (key === "scope") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        hidden.has(name) && !(name === "kind" && typeof one === "object") && name !== "share_" ? null : bare(one, name),
      ]),
    );
  };
  await page.route(/\/api\/v1\/(?!session|live)/, async (route) => {
    const response = await route.fetch();
    const type = response.headers()["content-type"] ?? "";
    if (!type.includes("json")) return route.fulfill({ response });
    return route.fulfill({ response, json: bare(await response.json()) });
  });
  for (const { name, path } of pagesOf(found).filter((one) => !one.isMoving)) {
    await page.goto(BASE + path);
    await settled(page);
    check(
      `viewer ${name}`,
      (await page.getByText("not what this dashboard expects").count()) === 0,
      "the page breaks without names",
    );
    check(
      `viewer ${name}`,
      !/\bnull\b|undefined|NaN/.test(await page.innerText("main")),
      "a missing value is shown as null, undefined or NaN",
    );
  }
  await context.close();
  console.log("  seen   everything without names");
}

async function signedOut() {
  const { context, page } = await opened(
    { name: "signed out" },
    { signed: false, isExpected: (text) => text.includes("401") },
  );
  await page.goto(BASE);
  await page.getByRole("heading", { name: "Signed out" }).waitFor({ timeout: PATIENCE });
  if (options.shots !== undefined) await page.screenshot({ path: join(options.shots, "signed-out.png") });
  await context.close();
  console.log("  seen   signed out");
}

/** How much work a frame is while the largest meeting is scrolled; and how soon a page is painted. */
async function fluid(found) {
  const { context, page } = await opened({ name: "fluid" });
  await page.goto(`${BASE}/meetings/${encodeURIComponent(found.large.meeting_uuid)}`);
  await settled(page);
  // The thread's own time, which others on this machine don't lengthen.
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const before = await busy();
  const frames = 120;
  await page.evaluate(async (frames) => {
    const box = document.querySelector(".strips-scroll");
    box.scrollIntoView({ block: "center" });
    for (let frame = 0; frame < frames; frame += 1) {
      box.scrollTop = (frame * 173) % Math.max(1, box.scrollHeight - box.clientHeight);
      await new Promise(requestAnimationFrame);
    }
  }, frames);
  const work = ((await busy()) - before) / frames;
  const rows = await page.locator(".strips-scroll").getByRole("option").count();
  figures.push(
    `${found.large.joins} joins: a frame is ${work.toFixed(1)} ms of work while scrolling; ${rows} rows are in the page`,
  );
  check("fluid", !options.timed || work < 16, `a frame is ${work.toFixed(1)} ms of work`);
  check("fluid", rows < 120, `${rows} rows are in the page at once`);
  await page.goto(BASE);
  await settled(page);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  figures.push(`first paint of the overview after ${paint?.toFixed(0)} ms`);
  check("fluid", !options.timed || paint < 1000, `first paint after ${paint} ms`);
  await context.close();
}
