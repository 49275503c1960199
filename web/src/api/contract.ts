/**
 * What `/api/v1` answers, as its OpenAPI document says.
 *
 * Times are RFC 3339 in UTC, shares go from 0 to 1, units are in the names, and what is missing is `null`, never 0.
 * For the role `viewer` names, addresses, topics, hosts and free text are `null` everywhere.
 */

/** RFC 3339, UTC. */
export type Instant = string;

export type Medium = "audio" | "video" | "share";

/** What a minute, a join or a meeting amounts to; `unclassified` where there is no grade. */
export type Grade = "good" | "fair" | "poor" | "bad" | "unclassified";

/** A share with its limits of 95 %; `null` where nothing was judged. */
export type Share = { value: number; lower: number; upper: number } | null;

/** How a group stands against the others. */
export type Standing = "worse" | "better" | "typical" | "not-enough-data";

export interface Session {
  role: "viewer" | "analyst" | "admin";
  accounts: string[];
  version: string;
  now: Instant;
  store: { oldest_day: string | null; newest_day: string | null; changed_at: Instant | null };
  has_sites: boolean;
  has_people: boolean;
  sql_enabled: boolean;
  share_safe: boolean;
  rule: string;
}

export interface CoverageSummary {
  meetings: number;
  complete_meetings: number;
  not_obtainable_meetings: number;
  participants_expected: number;
  participants_got: number;
  minutes_expected: number;
  minutes_got: number;
  holes: number;
  unlisted_days: number;
}

/** Joins and minutes that have a verdict, and those of them that are poor or bad. */
export interface Tally {
  joins: number;
  poor_joins: number;
  minutes: number;
  poor_minutes: number;
  share: Share;
}

export interface Day extends Tally {
  /** A day of the zone that was asked for, as `2026-11-02`. */
  day: string;
}

export interface GroupRow extends Tally {
  name: string | null;
  people: number;
  meetings: number;
  standing: Standing;
}

export interface Group {
  by: string;
  /** How many groups were left out, as fewer than five people are in them. */
  suppressed: number;
  rows: GroupRow[];
}

/** Quantiles of the share of poor minutes of a join, over `n` joins. */
export interface Tail {
  n: number;
  p50: number;
  p75: number;
  p90: number;
  p95: number;
  p99: number;
}

export interface Overview {
  from: Instant;
  to: Instant;
  tz: string;
  medium: Medium;
  totals: Tally & { meetings: number; people: number };
  tail: Tail | null;
  days: Day[];
  groups: Group[];
  coverage: CoverageSummary | null;
}

export interface Suffering {
  meeting_uuid: string;
  user_id: string;
  person: string | null;
  minutes?: number;
  poor_minutes?: number;
}

/** One of `zqos.diagnose/1`. */
export interface Incident {
  cause: string;
  scope: { kind: string; name: string };
  from: Instant;
  to: Instant;
  probability: number;
  summary?: string;
  participants: Suffering[];
  evidence_for: string[];
  evidence_against: string[];
  would_decide: string[];
  next?: string;
  candidates?: string[];
}

export interface Incidents {
  from: Instant;
  to: Instant;
  incidents: Incident[];
}

export interface Judged {
  judged: number;
  poor: number;
}

export interface Ratio extends Judged {
  share: number | null;
}

/** A letter for each minute: good, fair, poor, bad, unclassified, `-` for what was not measured. */
export type Strip = string;

export interface Striped extends Judged {
  user_id: string;
  name: string | null;
  strip: Strip;
}

export interface Profile {
  days: number;
  poor_days: number;
  meetings: number;
  own: Ratio;
  others_in_these_meetings: Ratio;
  team_name?: string | null;
  home_site?: string | null;
  team?: Ratio | null;
  by: (Ratio & { what: string; value: string | null; joins: number })[];
}

/** `zqos.diagnose/1`. */
export interface Diagnosis {
  schema: string;
  scope: { kind: string; name: string; person?: string };
  from: Instant;
  to: Instant;
  summary: string;
  incidents: Incident[];
  unexplained: { poor_minutes: number; reason: string | null };
  minutes: { joins: number; judged: number; poor: number };
  direction: {
    input: "sent" | "received" | "unknown";
    basis: "setting" | "detected" | "unknown";
    /** How many meetings show that input is sent, and how many that it is received. */
    voices?: [sent: number, received: number];
    sent?: Judged;
    received?: Judged;
  };
  participants?: (Striped & { person: string | null; is_vip: boolean })[];
  person?: Profile;
  sites: { known: number; unknown: number; map: unknown };
  coverage: CoverageSummary | null;
}

export interface MeetingRow {
  account: string;
  meeting_uuid: string;
  meeting_id: number | string | null;
  kind: string;
  topic: string | null;
  host: string | null;
  start: Instant | null;
  end: Instant | null;
  participants: number | null;
  joins: number;
  minutes: number;
  poor_minutes: number;
  share: Share;
  verdict: Grade;
  reason: string | null;
  longest_poor_minutes: number | null;
  suffered: { user_id: string; name: string | null; poor_minutes: number; minutes: number }[];
}

export interface Meetings {
  rows: MeetingRow[];
  total: number;
  next: string | null;
}

export interface Verdict {
  medium: Medium;
  verdict: Grade;
  reason: string | null;
  minutes: number;
  poor_minutes: number;
  /** Network-limited MOS by G.107, not Zoom's; of audio alone. */
  mos: number | null;
}

export interface Participant {
  user_id: string;
  name: string | null;
  person: string | null;
  email: string | null;
  is_vip: boolean;
  site: string | null;
  site_kind: string | null;
  network_type: string | null;
  connection_types: { audio: string | null; video: string | null; share: string | null };
  data_center: string | null;
  location: string | null;
  ip_address: string | null;
  device: string | null;
  os: string | null;
  client: string | null;
  version: string | null;
  microphone: string | null;
  speaker: string | null;
  camera: string | null;
  join: Instant | null;
  leave: Instant | null;
  leave_reason: string | null;
  verdicts: Verdict[];
}

export interface Meeting {
  meeting: MeetingRow;
  from: Instant;
  to: Instant;
  participants: Participant[];
}

export type HeatStream = "worst" | Medium;

export interface HeatRow extends Striped {
  site: string | null;
}

export interface Heat {
  from: Instant;
  to: Instant;
  minutes: number;
  stream: HeatStream;
  rows: HeatRow[];
}

/** One figure by the minute; `null` where it was not measured. */
export type Figures = (number | null)[];

export interface SeriesOf {
  user_id: string;
  name: string | null;
  /** Unix seconds, one a minute, gaps included. */
  ts: number[];
  streams: Record<string, Record<string, Figures>>;
  device: Record<string, Figures> | null;
  origin: string | null;
}

/** What a value has to exceed to be at least fair, poor and bad. */
export type Limits = [fair: number, poor: number, bad: number];

export interface Series {
  from: Instant;
  to: Instant;
  step_s: number;
  input: "sent" | "received" | "unknown";
  series: SeriesOf[];
  limits: Partial<Record<Medium, Record<string, Limits>>>;
}

export interface Person {
  key: string;
  name: string | null;
  diagnosis: Diagnosis;
  days: { day: string; minutes: number; poor_minutes: number; share: Share }[];
  meetings: (MeetingRow & { own: { minutes: number; poor_minutes: number } })[];
}

export interface Site {
  name: string;
  kind: string | null;
  diagnosis: Diagnosis;
  days: Day[];
  /** Monday first, 24 hours each, of the zone that was asked for. */
  week: { minutes: number; poor_minutes: number }[][];
  groups: Group[];
}

export interface SearchAnswer {
  meetings: MeetingRow[];
  people: { key: string; name: string | null; email: string | null; joins: number; last_seen: Instant | null }[];
  sites: { name: string; joins: number }[];
}

export interface Counted {
  people: number;
  meetings: number;
  joins: number;
  poor_joins: number;
  minutes: number;
  poor_minutes: number;
  unmatched_joins: number;
}

/** A difference of shares, from −1 to 1. */
export interface Effect {
  finding: string;
  difference: number;
  lower: number;
  upper: number;
  p_value: number;
  smallest_visible: number | null;
}

export interface Said {
  finding: string;
  poor_joins?: Effect;
  poor_minutes?: Effect;
}

export interface Compared extends Said {
  group: Counted;
  reference: Counted;
}

export interface Cohort {
  /** Several that have the same joins can't be told apart. */
  names: string[];
  standing: string;
  group: Counted;
  /** The share of poor joins, shrunk towards that of all. */
  rate: number;
  rate_at_least: number;
  /** What the share exceeds that of the others by, with limits of 95 %. */
  excess: [number, number, number] | null;
  p_value: number | null;
}

/** `zqos.compare/1`. */
export interface Comparison {
  schema: string;
  from: Instant;
  to: Instant;
  medium: Medium;
  where: string | null;
  against: string | null;
  change: string | null;
  joins: number;
  comparison?: Compared;
  changed?: { cohort: Compared; rest: Compared; beyond_rest: Said };
  cohorts?: { by: string; cohorts: Cohort[] };
}

export interface AccountCoverage {
  account: string;
  meetings: number;
  complete: number;
  not_obtainable: { why: string; meetings: number }[];
  participants_expected: number;
  participants_got: number;
  minutes_expected: number;
  minutes_got: number;
  invalid_rows: number;
  calls: { purpose: string; calls: number; failed: number }[];
  quota: { used_today: number; left_today: number; limit?: number | null } | null;
  holes: {
    meeting_uuid: string;
    topic: string | null;
    start: Instant | null;
    why: string | null;
    joins: number | null;
    minutes: number | null;
    until: Instant | null;
  }[];
  unlisted_days: string[];
  open_days: string[];
}

export interface Coverage {
  accounts: AccountCoverage[];
  store: {
    tables: { name: string; files: number; rows: number; bytes: number }[];
    newest_sample: Instant | null;
    unsealed_days: string[];
  };
}

export interface LiveState {
  at: Instant;
  window_minutes: number;
  newest_sample: Instant | null;
  meetings: {
    meeting_uuid: string;
    topic: string | null;
    start: Instant | null;
    joins: number;
    judged: number;
    poor: number;
    hurt: { user_id: string; name: string | null; site: string | null; grade: "poor" | "bad"; why: string }[];
  }[];
  sites: { name: string | null; joins: number; judged: number; poor: number }[];
  /** How many sites are left out, as too few people are there. */
  suppressed: number;
  /** Sentences: what is running or expected, and not seen. */
  not_observed: string[];
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  hint?: string;
}
