/**
 * Serves `dist` and answers as `/api/v1` does, of a company that it invents: for developing the dashboard, and for
 * walking it. It has no dependency, and sends the headers that `zqos serve` sends.
 *
 *     npm run mock -- [--port 8650] [--seed 1] [--now 2026-11-24T12:00:00Z]
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { answersOf, Refusal } from "./answers.mjs";
import { company } from "./company.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8650" },
    seed: { type: "string", default: "1" },
    now: { type: "string", default: "2026-11-24T12:00:00Z" },
  },
});
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const COOKIE = "zqos_mock=1";

const answers = answersOf(company({ seed: Number(values.seed), now: Date.parse(values.now) }));

/** Which answer a path of the API asks for. */
function answer(path, query) {
  const parts = path.split("/").map(decodeURIComponent);
  const [what, key, part] = parts;
  const whole = {
    session: answers.session,
    overview: answers.overview,
    incidents: answers.incidents,
    search: answers.search,
    compare: answers.compare,
    coverage: answers.coverage,
  };
  if (parts.length === 1 && what === "meetings") return answers.meetings(query);
  if (parts.length === 1 && Object.hasOwn(whole, what)) return whole[what](query);
  if (what === "meetings" && parts.length === 2) return answers.meeting(key, query);
  if (what === "meetings" && parts.length === 3 && ["diagnosis", "heat", "series", "rows"].includes(part))
    return answers[part](key, query);
  if (what === "people" && parts.length === 2) return answers.person(key, query);
  if (what === "sites" && parts.length === 2) return answers.site(key, query);
  throw new Refusal(404, "No such path", `/api/v1/${path}`);
}

function queryOf(url) {
  const query = {};
  for (const name of new Set(url.searchParams.keys())) {
    const all = url.searchParams.getAll(name);
    query[name] = all.length > 1 ? all : all[0];
  }
  return query;
}

function csv(rows) {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value) =>
    value === null ? "" : /[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns.join(","), ...rows.map((row) => columns.map((column) => cell(row[column])).join(","))].join("\r\n");
}

function api(request, response, url) {
  const send = (status, type, body) => {
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    if (status === 200 && request.headers["if-none-match"] === tag) return response.writeHead(304, { ETag: tag }).end();
    return response
      .writeHead(status, { "Content-Type": type, ETag: tag, "Cache-Control": "private, no-cache" })
      .end(body);
  };
  const refuse = (problem) => send(problem.status, "application/problem+json", JSON.stringify(problem));
  if (!request.headers.cookie?.includes(COOKIE))
    return refuse({ type: "about:blank", title: "Not signed in", status: 401, detail: "There is no session." });
  const path = url.pathname.slice("/api/v1/".length);
  if (path === "sign-out" && request.method === "POST")
    return response.writeHead(204, { "Set-Cookie": "zqos_mock=; Max-Age=0; Path=/" }).end();
  if (path === "live") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const tell = () => response.write(`event: state\ndata: ${JSON.stringify(answers.live())}\n\n`);
    tell();
    const timer = setInterval(tell, 5000);
    return request.on("close", () => clearInterval(timer));
  }
  try {
    const query = queryOf(url);
    const body = answer(path, query);
    if (path.endsWith("/rows") && query.format === "csv") return send(200, "text/csv; charset=utf-8", csv(body));
    if (path.endsWith("/rows") && query.format === "ndjson")
      return send(200, "application/x-ndjson", body.map((row) => JSON.stringify(row)).join("\n"));
    return send(200, "application/json", JSON.stringify(body));
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.problem);
    console.error(error);
    return refuse({ type: "about:blank", title: "The mock failed", status: 500, detail: String(error) });
  }
}

/** @param raw the path before it was decoded: only there a dot makes an extension, as names of people have dots, too. */
function file(response, raw) {
  const path = decodeURIComponent(raw);
  const wanted = join(DIST, normalize(path));
  const isFile = wanted.startsWith(DIST) && existsSync(wanted) && statSync(wanted).isFile();
  if (!isFile && extname(raw) !== "") return response.writeHead(404).end();
  const sent = isFile ? wanted : join(DIST, "index.html");
  if (!existsSync(sent)) return response.writeHead(503).end("there is no dist: npm run build");
  response.writeHead(200, {
    "Content-Type": TYPES[extname(sent)] ?? "application/octet-stream",
    "Cache-Control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  });
  return createReadStream(sent).pipe(response);
}

createServer((request, response) => {
  response.setHeader("Content-Security-Policy", POLICY);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  const url = new URL(request.url ?? "/", "http://mock");
  if (url.pathname === "/sign-in")
    return response
      .writeHead(303, { "Set-Cookie": `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`, Location: "/" })
      .end();
  if (url.pathname.startsWith("/api/v1/")) return api(request, response, url);
  try {
    return file(response, url.pathname);
  } catch {
    return response.writeHead(400).end();
  }
}).listen(Number(values.port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${values.port}/sign-in?code=mock`);
});
