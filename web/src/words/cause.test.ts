import { expect, test } from "vitest";
import type { Incident } from "../api/contract.ts";
import { causeName, people, worstMeeting } from "./cause.ts";

const incident = (participants: Incident["participants"]): Incident => ({
  cause: "access-wifi",
  scope: { kind: "site", name: "Berlin" },
  from: "2026-11-17T16:47:00Z",
  to: "2026-11-17T17:47:00Z",
  probability: 0.9,
  participants,
  evidence_for: [],
  evidence_against: [],
  would_decide: [],
});

test("somebody who joins twice is one of the people", () => {
  const joins = [
    { meeting_uuid: "a", user_id: "1", person: "zoe" },
    { meeting_uuid: "a", user_id: "2", person: "zoe" },
    { meeting_uuid: "a", user_id: "3", person: null },
    { meeting_uuid: "b", user_id: "3", person: null },
  ];
  expect(people(incident(joins))).toBe(3);
});

test("the worst meeting has the most poor minutes of all joins together", () => {
  const joins = [
    { meeting_uuid: "a", user_id: "1", person: null, poor_minutes: 9 },
    { meeting_uuid: "b", user_id: "1", person: null, poor_minutes: 6 },
    { meeting_uuid: "b", user_id: "2", person: null, poor_minutes: 6 },
  ];
  expect(worstMeeting(incident(joins))).toBe("b");
  expect(worstMeeting(incident([]))).toBeNull();
});

test("a cause that is not known has its own name", () => {
  expect(causeName("solar-flare")).toBe("solar-flare");
});
