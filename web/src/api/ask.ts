import type { Problem } from "./contract.ts";

/** Why there is no answer: what the server said, or that it said nothing (`status` 0). */
export class AskError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title ?? `status ${problem.status}`);
    this.problem = problem;
  }
}

/** What a query is made of: a list becomes one member of the same name each, `null` and the empty text none. */
export type Asked = Record<string, string | number | readonly string[] | null | undefined>;

/** A path of the API with its query, members sorted so that the same question is the same address. */
export function question(path: string, asked: Asked = {}): string {
  const members = new URLSearchParams();
  for (const name of Object.keys(asked).sort()) {
    const value = asked[name];
    const values = typeof value === "object" && value !== null ? value : [value];
    for (const one of values) {
      if (one !== null && one !== undefined && one !== "") members.append(name, String(one));
    }
  }
  const query = members.toString();
  return `/api/v1/${path}${query === "" ? "" : `?${query}`}`;
}

/** What went wrong in a meeting, or for one person in it. */
export function diagnosisOf(uuid: string, person?: string): string {
  return question(`meetings/${encodeURIComponent(uuid)}/diagnosis`, { person });
}

/**
 * Asks the server of this page, and nobody else.
 *
 * @throws AskError for every status but a success, and where the server can't be reached or its answer is no JSON.
 */
export async function ask<Answer>(address: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(address, { headers: { Accept: "application/json" }, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AskError({
      status: 0,
      title: "The server does not answer",
      hint: "See whether `zqos serve` still runs.",
    });
  }
  if (!response.ok) throw new AskError(await problemOf(response));
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new AskError({ status: response.status, title: "The answer can't be read", detail: "It is no JSON." });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const status = response.status;
  const fallback: Problem = { status, title: response.statusText || `Status ${status}` };
  if (!response.headers.get("content-type")?.includes("json")) return fallback;
  try {
    const said: unknown = await response.json();
    return typeof said === "object" && said !== null ? { ...fallback, ...said, status } : fallback;
  } catch {
    return fallback;
  }
}

/** Ends the session; the server forgets its cookie. */
export async function signOut(): Promise<void> {
  await fetch("/api/v1/sign-out", { method: "POST", headers: { "X-Zqos": "1" } });
}
