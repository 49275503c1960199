import { afterEach, expect, test, vi } from "vitest";
import { ask, AskError, question } from "./ask.ts";

afterEach(() => vi.unstubAllGlobals());

const answering = (answer: () => Promise<Response>) => vi.stubGlobal("fetch", answer);
const problem = async (): Promise<unknown> => {
  try {
    return await ask("/api/v1/session");
  } catch (error) {
    return error instanceof AskError ? error.problem : error;
  }
};

test("the same question is the same address", () => {
  expect(question("meetings", { to: "b", from: "a" })).toBe(question("meetings", { from: "a", to: "b" }));
  expect(question("meetings/x/series", { user_id: ["1", "2"] })).toBe("/api/v1/meetings/x/series?user_id=1&user_id=2");
});

test("what is not asked for is left out", () => {
  expect(question("meetings", { q: "", site: null, cursor: undefined })).toBe("/api/v1/meetings");
  expect(question("meetings", { limit: 0 })).toBe("/api/v1/meetings?limit=0");
});

test("a problem is told as the server tells it", async () => {
  const body = JSON.stringify({ title: "The store is busy", status: 200, hint: "Ask again." });
  answering(async () => new Response(body, { status: 503, headers: { "content-type": "application/problem+json" } }));
  expect(await problem()).toMatchObject({ status: 503, title: "The store is busy", hint: "Ask again." });
});

test("a failure without words has its status", async () => {
  answering(async () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } }));
  expect(await problem()).toMatchObject({ status: 502, title: "Status 502" });
  answering(async () => new Response("{", { status: 500, headers: { "content-type": "application/json" } }));
  expect(await problem()).toMatchObject({ status: 500 });
});

test("a server that is gone, and an answer that is none, are told apart", async () => {
  answering(() => Promise.reject(new TypeError("refused")));
  expect(await problem()).toMatchObject({ status: 0, title: "The server does not answer" });
  answering(async () => new Response("<html>", { status: 200 }));
  expect(await problem()).toMatchObject({ status: 200, title: "The answer can't be read" });
});
