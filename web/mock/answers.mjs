import { minutesOf, shareOf, verdictOf } from "./minutes.mjs";
import { SITES } from "./company.mjs";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const iso = (at) => new Date(at).toISOString().replace(".000Z", "Z");
const LIMITS = {
  audio: { latency_ms: [150, 300, 500], jitter_ms: [30, 50, 100], avg_loss_pct: [2, 5, 10] },
  video: { latency_ms: [150, 300, 500], jitter_ms: [30, 50, 100], avg_loss_pct: [2, 5, 10] },
  share: { latency_ms: [150, 300, 500], avg_loss_pct: [2, 5, 10] },
};
const TRAITS = {
  site: (join) => join.person.site.name,
  network_type: (join) => join.person.network,
  data_center: (join) => join.person.site.center,
  version: (join) => join.person.version,
  location: (join) => join.person.site.location,
  device: (join) => join.person.device[0],
  os: (join) => join.person.device[1],
  client: () => "Zoom Workplace",
};

/** As `Map.groupBy`, which Node.js 20 lacks. */
function groupBy(list, keyOf) {
  const groups = new Map();
  for (const one of list) {
    const key = keyOf(one);
    groups.get(key)?.push(one) ?? groups.set(key, [one]);
  }
  return groups;
}

/** A refusal as RFC 9457 has it. */
export class Refusal extends Error {
  constructor(status, title, detail, hint) {
    super(title);
    this.problem = { type: "about:blank", title, status, detail, ...(hint && { hint }) };
  }
}

/** Answers of `/api/v1` about a company that `company` made. */
export function answersOf(world) {
  const { now, people, meetings, incidents, random } = world;
  const minutes = minutesOf(world);
  const byUuid = new Map(meetings.map((meeting) => [meeting.uuid, meeting]));
  const formats = new Map();
  const formatted = (locale, options) => {
    const key = JSON.stringify([locale, options]);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
    return formats.get(key);
  };
  const dayOf = (at, tz) => formatted("en-CA", { timeZone: tz, dateStyle: "short" }).format(at);

  const joinRow = (meeting, join, stream = "audio") => {
    const strip = minutes.strip(meeting, join, stream);
    return { meeting, join, strip, ...minutes.tally(strip) };
  };
  const within = ({ from, to }) => {
    const [first, last] = [Date.parse(from ?? iso(now - 7 * DAY)), Date.parse(to ?? iso(now))];
    if (!Number.isFinite(first) || !Number.isFinite(last))
      throw new Refusal(400, "This is no time", `${from} to ${to}`, "Times are RFC 3339.");
    return { first, last, list: meetings.filter((meeting) => meeting.start >= first && meeting.start < last) };
  };
  const joinsOf = (list, stream) =>
    list.flatMap((meeting) => meeting.joins.map((join) => joinRow(meeting, join, stream)));
  const nameOf = (join) => (join.isGuest ? null : join.person.name);
  const isPoorJoin = (row) => ["poor", "bad"].includes(verdictOf(row).verdict);

  function tallyOf(rows) {
    const judged = rows.filter((row) => verdictOf(row).verdict !== "unclassified");
    const [of, poor] = [
      judged.reduce((sum, row) => sum + row.judged, 0),
      judged.reduce((sum, row) => sum + row.poor, 0),
    ];
    return {
      joins: judged.length,
      poor_joins: judged.filter(isPoorJoin).length,
      minutes: of,
      poor_minutes: poor,
      share: shareOf(poor, of),
    };
  }

  function groupsOf(rows, traits) {
    const all = tallyOf(rows);
    return traits.map((by) => {
      const groups = groupBy(rows, (row) => TRAITS[by](row.join));
      return {
        by,
        suppressed: 0,
        rows: [...groups].map(([name, of]) => {
          const tally = tallyOf(of);
          const [seen, met] = [
            new Set(of.map((row) => row.join.person.key)).size,
            new Set(of.map((row) => row.meeting.id)).size,
          ];
          const overall = all.share?.value ?? 0;
          const standing =
            seen < 3 || met < 2 || tally.share === null
              ? "not-enough-data"
              : tally.share.lower > overall * 1.25
                ? "worse"
                : tally.share.upper < overall * 0.6
                  ? "better"
                  : "typical";
          return { name, people: seen, meetings: met, ...tally, standing };
        }),
      };
    });
  }

  const daysOf = (rows, first, last, tz) => {
    const groups = groupBy(rows, (row) => dayOf(row.meeting.start, tz));
    const days = [];
    for (let at = first; at < last; at += DAY) {
      const day = dayOf(at + DAY / 2 - 1, tz);
      if (days.at(-1)?.day !== day) days.push({ day, ...tallyOf(groups.get(day) ?? []) });
    }
    return days;
  };

  function meetingRow(meeting) {
    const rows = meeting.joins.map((join) => joinRow(meeting, join));
    const tally = tallyOf(rows);
    const worst = rows.filter((row) => row.poor > 0).sort((a, b) => b.poor - a.poor);
    const { verdict, reason } = verdictOf({ judged: tally.minutes, poor: tally.poor_minutes });
    return {
      account: "default",
      meeting_uuid: meeting.uuid,
      meeting_id: meeting.number,
      kind: meeting.id === 9002 ? "webinar" : "meeting",
      topic: meeting.topic,
      host: meeting.host.name,
      start: iso(meeting.start),
      end: iso(meeting.start + meeting.minutes * MINUTE),
      participants: meeting.id % 41 === 3 ? null : new Set(meeting.joins.map((join) => join.person.key)).size,
      joins: meeting.joins.length,
      minutes: tally.minutes,
      poor_minutes: tally.poor_minutes,
      share: tally.share,
      verdict,
      reason,
      longest_poor_minutes: rows.length === 0 ? null : Math.max(...rows.map((row) => row.longest)),
      suffered: worst.slice(0, 3).map((row) => ({
        user_id: row.join.userId,
        name: nameOf(row.join),
        poor_minutes: row.poor,
        minutes: row.judged,
      })),
    };
  }

  function incidentsOf(rows) {
    return incidents
      .map((incident) => {
        const { reaches, severity, from, to, ...said } = incident;
        const hurt = rows.filter(
          (row) =>
            reaches(row.join) &&
            row.meeting.start < to &&
            row.meeting.start + row.meeting.minutes * MINUTE > from &&
            row.poor > 2,
        );
        const counted = `${hurt.reduce((sum, row) => sum + row.poor, 0)} of ${hurt.reduce((sum, row) => sum + row.judged, 0)} minutes of ${new Set(hurt.map((row) => row.join.person.key)).size} people show it.`;
        return {
          ...said,
          from: iso(from),
          to: iso(to),
          evidence_for: [counted, ...said.evidence_for],
          participants: hurt.map((row) => ({
            meeting_uuid: row.meeting.uuid,
            user_id: row.join.userId,
            person: row.join.isGuest ? null : row.join.person.key,
            minutes: row.judged,
            poor_minutes: row.poor,
          })),
        };
      })
      .filter((incident) => incident.participants.length > 0)
      .sort(
        (a, b) =>
          b.participants.reduce((sum, one) => sum + one.poor_minutes, 0) -
          a.participants.reduce((sum, one) => sum + one.poor_minutes, 0),
      );
  }

  function coverageOf(list) {
    const joins = list.reduce((sum, meeting) => sum + meeting.joins.length, 0);
    const got = list.reduce((sum, meeting) => sum + meeting.joins.length * meeting.minutes, 0);
    const lost = list.filter((meeting) => meeting.id % 53 === 11).length;
    return {
      meetings: list.length,
      complete_meetings: list.length - lost,
      not_obtainable_meetings: Math.min(lost, 2),
      participants_expected: joins + lost * 3,
      participants_got: joins,
      minutes_expected: got + lost * 94,
      minutes_got: got,
      holes: Math.max(0, lost - 2),
      unlisted_days: 0,
    };
  }

  function diagnosis(scope, rows, from, to, more = {}) {
    const found = incidentsOf(rows);
    const judged = rows.reduce((sum, row) => sum + row.judged, 0);
    const poor = rows.reduce((sum, row) => sum + row.poor, 0);
    const explained = Math.min(
      poor,
      found.reduce((sum, one) => sum + one.participants.reduce((of, hurt) => of + hurt.poor_minutes, 0), 0),
    );
    const share = judged === 0 ? "" : ` (${((poor / judged) * 100).toFixed(1)} %)`;
    const first = found[0];
    const cause =
      first === undefined
        ? ""
        : ` ${Math.min(
            explained,
            first.participants.reduce((of, hurt) => of + hurt.poor_minutes, 0),
          )} of them go with ${first.summary}, ${Math.round(first.probability * 100)} % sure${found.length > 1 ? `; ${found.length - 1} more incident${found.length > 2 ? "s show" : " shows"}` : ""}; ${poor - explained} poor minutes stay unexplained.`;
    return {
      schema: "zqos.diagnose/1",
      scope,
      from: iso(from),
      to: iso(to),
      summary: `${poor} of ${judged} judged minutes${share} of ${rows.length} joins were poor or bad.${cause}`,
      incidents: found,
      unexplained: {
        poor_minutes: poor - explained,
        reason:
          poor === explained
            ? null
            : "These minutes are too few, too scattered or too unlike each other for a cause to be more probable than chance.",
      },
      minutes: { joins: rows.length, judged, poor },
      direction: {
        input: "sent",
        basis: "detected",
        voices: [19, 0],
        sent: { judged: Math.round(judged * 0.4), poor: Math.round(poor * 0.3) },
        received: { judged: Math.round(judged * 0.6), poor: Math.round(poor * 0.7) },
      },
      sites: {
        known: rows.filter((row) => row.join.person.site.name !== null).length,
        unknown: rows.filter((row) => row.join.person.site.name === null).length,
        map: { networks: 4 },
      },
      coverage: coverageOf([...new Set(rows.map((row) => row.meeting))]),
      ...more,
    };
  }

  const meetingOf = (uuid) => {
    const meeting = byUuid.get(uuid);
    if (!meeting)
      throw new Refusal(
        404,
        "No such meeting",
        "The store has no meeting with this UUID.",
        "Search for it by topic, host or time.",
      );
    return meeting;
  };

  const answers = {
    session: () => ({
      role: "analyst",
      accounts: ["default"],
      version: "0.7.0-mock",
      now: iso(now),
      store: { oldest_day: dayOf(now - 30 * DAY, "UTC"), newest_day: dayOf(now, "UTC"), changed_at: iso(now - 40_000) },
      has_sites: true,
      has_people: true,
      sql_enabled: false,
      share_safe: false,
      rule: "bands/1",
    }),

    overview(query) {
      const { first, last, list } = within(query);
      const [medium, tz] = [query.medium ?? "audio", query.tz ?? "UTC"];
      const rows = joinsOf(list, medium);
      const shares = rows
        .filter((row) => verdictOf(row).verdict !== "unclassified")
        .map((row) => row.poor / row.judged)
        .sort((a, b) => a - b);
      const quantile = (part) => shares[Math.min(shares.length - 1, Math.floor(part * shares.length))];
      return {
        from: iso(first),
        to: iso(last),
        tz,
        medium,
        totals: {
          meetings: list.length,
          people: new Set(rows.map((row) => row.join.person.key)).size,
          ...tallyOf(rows),
        },
        tail:
          shares.length < 20
            ? null
            : {
                n: shares.length,
                p50: quantile(0.5),
                p75: quantile(0.75),
                p90: quantile(0.9),
                p95: quantile(0.95),
                p99: quantile(0.99),
              },
        days: daysOf(rows, first, last, tz),
        groups: groupsOf(rows, ["site", "network_type", "data_center", "version", "location"]),
        coverage: list.length === 0 ? null : coverageOf(list),
      };
    },

    incidents(query) {
      const { first, last, list } = within(query);
      return {
        from: iso(first),
        to: iso(last),
        incidents: incidentsOf(joinsOf(list)).filter((one) => !query.cause || one.cause === query.cause),
      };
    },

    search({ q = "", at }) {
      const words = q.toLowerCase();
      const has = (text) => text !== null && text.toLowerCase().includes(words);
      const time = at ? Date.parse(at) : null;
      const found = meetings.filter(
        (meeting) =>
          (words === "" || has(meeting.topic) || has(meeting.host.name) || has(meeting.host.email)) &&
          (time === null || (meeting.start <= time && time < meeting.start + meeting.minutes * MINUTE)),
      );
      return {
        meetings: found.reverse().slice(0, 20).map(meetingRow),
        people:
          words === ""
            ? []
            : people
                .filter((person) => has(person.name) || has(person.email))
                .slice(0, 20)
                .map((person) => ({
                  key: person.key,
                  name: person.name,
                  email: person.email,
                  joins: meetings.filter((meeting) => meeting.joins.some((join) => join.person === person)).length,
                  last_seen: iso(now - DAY),
                })),
        sites:
          words === ""
            ? []
            : SITES.filter((site) => has(site.name)).map((site) => ({
                name: site.name,
                joins: meetings.reduce(
                  (sum, meeting) => sum + meeting.joins.filter((join) => join.person.site === site).length,
                  0,
                ),
              })),
      };
    },

    meetings(query) {
      const { list } = within(query);
      const words = (query.q ?? "").toLowerCase();
      const verdicts = query.verdict?.split(",") ?? null;
      const rows = list
        .filter(
          (meeting) =>
            (words === "" || `${meeting.topic ?? ""} ${meeting.host.name}`.toLowerCase().includes(words)) &&
            (!query.person || meeting.joins.some((join) => join.person.key === query.person)) &&
            (!query.site || meeting.joins.some((join) => join.person.site.name === query.site)),
        )
        .map(meetingRow)
        .filter((row) => verdicts === null || verdicts.includes(row.verdict));
      const key = {
        start: (row) => row.start,
        poor_minutes: (row) => row.poor_minutes,
        share: (row) => row.share?.value ?? -1,
        participants: (row) => row.participants ?? -1,
        minutes: (row) => row.minutes,
      }[query.sort ?? "start"];
      if (!key) throw new Refusal(400, "It can't be sorted by this", query.sort);
      rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (query.order === "asc" ? 1 : -1));
      const [begin, limit] = [Number(query.cursor ?? 0), Number(query.limit ?? 50)];
      return {
        rows: rows.slice(begin, begin + limit),
        total: rows.length,
        next: begin + limit < rows.length ? String(begin + limit) : null,
      };
    },

    meeting(uuid) {
      const meeting = meetingOf(uuid);
      return {
        meeting: meetingRow(meeting),
        from: iso(meeting.start),
        to: iso(meeting.start + meeting.minutes * MINUTE),
        participants: meeting.joins.map((join) => participant(meeting, join)),
      };
    },

    diagnosis(uuid, query) {
      const meeting = meetingOf(uuid);
      const end = meeting.start + meeting.minutes * MINUTE;
      let rows = meeting.joins.map((join) => joinRow(meeting, join, "worst"));
      if (query.person) rows = rows.filter((row) => row.join.person.key === query.person);
      const striped = rows.map((row) => ({
        user_id: row.join.userId,
        person: row.join.isGuest ? null : row.join.person.key,
        name: nameOf(row.join),
        is_vip: row.join.person.isVip,
        judged: row.judged,
        poor: row.poor,
        strip: row.strip,
      }));
      return diagnosis({ kind: "meeting", name: meeting.topic ?? meeting.uuid }, rows, meeting.start, end, {
        participants: striped,
      });
    },

    heat(uuid, { stream = "worst" }) {
      const meeting = meetingOf(uuid);
      return {
        from: iso(meeting.start),
        to: iso(meeting.start + meeting.minutes * MINUTE),
        minutes: meeting.minutes,
        stream,
        rows: meeting.joins.map((join) => {
          const { judged, poor, strip } = joinRow(meeting, join, stream);
          return { user_id: join.userId, name: nameOf(join), site: join.person.site.name, judged, poor, strip };
        }),
      };
    },

    series(uuid, query) {
      const meeting = meetingOf(uuid);
      const asked = [query.user_id ?? []].flat();
      return {
        from: iso(meeting.start),
        to: iso(meeting.start + meeting.minutes * MINUTE),
        step_s: 60,
        input: "sent",
        series: meeting.joins.filter((join) => asked.includes(join.userId)).map((join) => figures(meeting, join)),
        limits: LIMITS,
      };
    },

    rows(uuid, query) {
      const meeting = meetingOf(uuid);
      const join = meeting.joins.find((one) => one.userId === query.user_id);
      if (!join) throw new Refusal(404, "No such participant", "Nobody of this meeting has this number.");
      const { ts, streams } = figures(meeting, join);
      return Object.entries(streams).flatMap(([stream, of]) =>
        ts.map((time, index) => ({
          meeting_uuid: uuid,
          user_id: join.userId,
          user_name: nameOf(join),
          ts: iso(time * 1000),
          stream,
          ...Object.fromEntries(Object.entries(of).map(([name, values]) => [name, values[index]])),
        })),
      );
    },

    person(key, query) {
      const person = people.find((one) => one.key === key);
      if (!person) throw new Refusal(404, "No such person", "The store knows nobody by this key.");
      const { first, last, list } = within(query);
      const attended = list.filter((meeting) => meeting.joins.some((join) => join.person === person && !join.isGuest));
      const own = joinsOf(attended, "worst").filter((row) => row.join.person === person);
      const others = joinsOf(attended, "worst").filter((row) => row.join.person !== person);
      const ratio = (rows) => {
        const [judged, poor] = [
          rows.reduce((sum, row) => sum + row.judged, 0),
          rows.reduce((sum, row) => sum + row.poor, 0),
        ];
        return { judged, poor, share: judged === 0 ? null : poor / judged };
      };
      const days = daysOf(own, first, last, query.tz ?? "UTC");
      const by = ["network_type", "site", "device", "version"].flatMap((what) =>
        [...groupBy(own, (row) => TRAITS[what](row.join))].map(([value, rows]) => ({
          what,
          value,
          joins: rows.length,
          ...ratio(rows),
        })),
      );
      const profile = {
        days: days.filter((day) => day.minutes > 0).length,
        poor_days: days.filter((day) => (day.share?.value ?? 0) > 0.15).length,
        meetings: attended.length,
        own: ratio(own),
        others_in_these_meetings: ratio(others),
        team_name: person.isVip ? null : "Network",
        home_site: person.site.name,
        team: person.isVip ? null : ratio(others.slice(0, 30)),
        by,
      };
      return {
        key,
        name: person.name,
        diagnosis: diagnosis({ kind: "person", name: person.name, person: key }, own, first, last, { person: profile }),
        days: days.map(({ day, minutes: of, poor_minutes, share }) => ({ day, minutes: of, poor_minutes, share })),
        meetings: attended.map((meeting) => {
          const mine = ratio(own.filter((row) => row.meeting === meeting));
          return { ...meetingRow(meeting), own: { minutes: mine.judged, poor_minutes: mine.poor } };
        }),
      };
    },

    site(name, query) {
      const site = SITES.find((one) => one.name === name);
      if (!site) throw new Refusal(404, "No such site", "The site map has no site of this name.");
      const { first, last, list } = within(query);
      const [tz, medium] = [query.tz ?? "UTC", query.medium ?? "audio"];
      const rows = joinsOf(list, medium).filter((row) => row.join.person.site === site);
      const week = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => ({ minutes: 0, poor_minutes: 0 })));
      for (const row of rows) {
        for (let minute = 0; minute < row.strip.length; minute += 1) {
          if (!"gfpb".includes(row.strip[minute])) continue;
          const parts = formatted("en-GB", {
            timeZone: tz,
            weekday: "short",
            hour: "2-digit",
            hourCycle: "h23",
          }).formatToParts(row.meeting.start + minute * MINUTE);
          const cell =
            week[["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts[0].value)][Number(parts.at(-1).value)];
          cell.minutes += 1;
          if ("pb".includes(row.strip[minute])) cell.poor_minutes += 1;
        }
      }
      return {
        name,
        kind: site.kind,
        diagnosis: diagnosis({ kind: "site", name }, rows, first, last),
        days: daysOf(rows, first, last, tz),
        week,
        groups: groupsOf(rows, ["network_type", "version", "data_center"]),
      };
    },

    compare(query) {
      const { first, last, list } = within(query);
      const rows = joinsOf(list, query.medium ?? "audio").filter((row) => verdictOf(row).verdict !== "unclassified");
      const answer = {
        schema: "zqos.compare/1",
        from: iso(first),
        to: iso(last),
        medium: query.medium ?? "audio",
        where: query.trait ? `${query.trait} = '${query.value}'` : null,
        against: query.against ? `${query.trait} = '${query.against}'` : null,
        change: query.change ?? null,
        joins: rows.length,
      };
      if (query.by) return { ...answer, cohorts: { by: query.by, cohorts: ranked(rows, query.by) } };
      const inside = query.trait ? rows.filter((row) => TRAITS[query.trait]?.(row.join) === query.value) : rows;
      const outside = rows.filter(
        (row) => !inside.includes(row) && (!query.against || TRAITS[query.trait]?.(row.join) === query.against),
      );
      if (!query.change) return { ...answer, comparison: compared(inside, outside) };
      const at = Date.parse(query.change);
      // Without a group all joins are compared: those after the change with those before.
      if (!query.trait)
        return {
          ...answer,
          comparison: compared(
            rows.filter((row) => row.meeting.start >= at),
            rows.filter((row) => row.meeting.start < at),
          ),
        };
      const halves = (of) => [of.filter((row) => row.meeting.start >= at), of.filter((row) => row.meeting.start < at)];
      const [cohort, rest] = [compared(...halves(inside)), compared(...halves(outside))];
      const beyond =
        cohort.poor_joins && rest.poor_joins
          ? { finding: cohort.finding, poor_joins: cohort.poor_joins, poor_minutes: cohort.poor_minutes }
          : { finding: "not-enough-data" };
      return { ...answer, changed: { cohort, rest, beyond_rest: beyond } };
    },

    coverage(query) {
      const { list } = within(query);
      const { complete_meetings, ...sums } = coverageOf(list);
      const lost = list.filter((meeting) => meeting.id % 53 === 11);
      return {
        accounts: [
          {
            account: "default",
            meetings: list.length,
            complete: complete_meetings,
            not_obtainable: [{ why: "one-participant", meetings: 2 }],
            participants_expected: sums.participants_expected,
            participants_got: sums.participants_got,
            minutes_expected: sums.minutes_expected,
            minutes_got: sums.minutes_got,
            invalid_rows: 3,
            calls: [
              { purpose: "lists", calls: 21, failed: 0 },
              { purpose: "participants", calls: 350, failed: 1 },
              { purpose: "reports", calls: 525, failed: 4 },
            ],
            quota: { used_today: 896, left_today: 59_104, limit: 60_000 },
            holes: lost.map((meeting, index) => ({
              meeting_uuid: meeting.uuid,
              topic: meeting.topic,
              start: iso(meeting.start),
              why: index === 0 ? null : "report-not-ready",
              joins: index === 0 ? null : 3,
              minutes: index === 0 ? null : 94,
              until: iso(meeting.start + 365 * DAY),
            })),
            unlisted_days: [],
            open_days: [dayOf(now, "UTC"), dayOf(now - DAY, "UTC")],
          },
        ],
        store: {
          tables: [
            ["meetings", 31, 620, 81_920],
            ["participants", 31, 4120, 1_204_224],
            ["stream_samples", 31, 1_220_431, 48_234_496],
            ["device_samples", 31, 180_204, 6_291_456],
            ["verdicts", 31, 12_360, 901_120],
          ].map(([name, files, of, bytes]) => ({ name, files, rows: of, bytes })),
          newest_sample: iso(now - 35 * MINUTE),
          unsealed_days: [dayOf(now, "UTC"), dayOf(now - DAY, "UTC")],
        },
      };
    },

    live() {
      const recent = meetings.filter((meeting) => meeting.start >= now - 6 * 60 * MINUTE).slice(-5);
      return {
        at: iso(now),
        window_minutes: 15,
        newest_sample: iso(now - 2 * MINUTE),
        meetings: recent.map((meeting) => {
          const rows = meeting.joins.map((join) => joinRow(meeting, join, "worst"));
          return {
            meeting_uuid: meeting.uuid,
            topic: meeting.topic,
            start: iso(meeting.start),
            joins: rows.length,
            judged: rows.reduce((sum, row) => sum + Math.min(15, row.judged), 0),
            poor: rows.reduce((sum, row) => sum + Math.min(9, row.poor), 0),
            hurt: rows
              .filter((row) => row.poor > 0)
              .slice(0, 4)
              .map((row) => ({
                user_id: row.join.userId,
                name: nameOf(row.join),
                site: row.join.person.site.name,
                grade: row.poor > 3 ? "bad" : "poor",
                why: "loss 7.2 % received",
              })),
          };
        }),
        sites: SITES.map((site, index) => ({
          name: site.name,
          joins: 7 - index,
          judged: 90 - index * 9,
          poor: [21, 3, 0, 0, 2, 0, 1, 0][index] ?? 0,
        })),
        suppressed: 0,
        not_observed: [
          "2 meetings run whose minutes are not asked for: the quota for live reports is spent until 13:00.",
        ],
      };
    },
  };

  function participant(meeting, join) {
    const { person, isGuest } = join;
    const at = (minute) => iso(meeting.start + minute * MINUTE);
    return {
      user_id: join.userId,
      name: nameOf(join),
      person: isGuest ? null : person.key,
      email: isGuest ? null : person.email,
      is_vip: person.isVip && !isGuest,
      site: isGuest ? null : person.site.name,
      site_kind: isGuest ? null : person.site.kind,
      network_type: person.network,
      connection_types: {
        audio: random("tcp", person.key) < 0.05 ? "TCP" : "UDP",
        video: join.hasVideo ? "UDP" : null,
        share: join.hasShare ? "UDP" : null,
      },
      data_center: person.site.center,
      location: person.site.location,
      ip_address: person.site.address,
      device: person.device[0],
      os: person.device[1],
      client: person.device[0] === null ? null : "Zoom Workplace",
      version: person.version,
      microphone: person.headset,
      speaker: person.headset,
      camera: join.hasVideo ? "FaceTime HD Camera" : null,
      join: at(join.first),
      leave: at(join.end),
      leave_reason: isGuest ? null : "left the meeting",
      verdicts: ["audio", "video", "share"].map((medium) => {
        const row = joinRow(meeting, join, medium);
        const verdict = verdictOf(row);
        return {
          medium,
          ...verdict,
          minutes: row.judged,
          poor_minutes: row.poor,
          mos: medium === "audio" && verdict.reason === null ? 4.38 - (row.poor / row.judged) * 1.6 : null,
        };
      }),
    };
  }

  function figures(meeting, join) {
    const ts = [];
    const streams = {};
    for (let minute = join.first; minute < join.end; minute += 1) ts.push((meeting.start + minute * MINUTE) / 1000);
    for (const medium of ["audio", "video", "share"]) {
      if ((medium === "video" && !join.hasVideo) || (medium === "share" && !join.hasShare)) continue;
      const strip = minutes.strip(meeting, join, medium);
      for (const way of ["input", "output"]) {
        const of = {
          bitrate_kbps: [],
          latency_ms: [],
          jitter_ms: [],
          avg_loss_pct: [],
          max_loss_pct: [],
          width_px: [],
          height_px: [],
          frame_rate_fps: [],
        };
        for (let minute = join.first; minute < join.end; minute += 1) {
          const letter = strip[minute];
          const chance = random("figure", way, medium, meeting.id, join.userId, minute);
          const isPoor = letter === "p" || letter === "b";
          const isThere = letter !== "-" && !(way === "input" && medium === "audio" && chance < 0.12);
          const set = (name, value) => of[name].push(isThere ? Math.round(value * 10) / 10 : null);
          set(
            "bitrate_kbps",
            medium === "audio" ? (isPoor ? 31 : 58) + chance * 9 : (isPoor ? 260 : 900) + chance * 240,
          );
          set("latency_ms", 48 + chance * 24 + (isPoor ? 120 + chance * 180 : 0));
          set("jitter_ms", 3 + chance * 7 + (isPoor ? 28 * chance : 0));
          set(
            "avg_loss_pct",
            letter === "b"
              ? 11 + chance * 9
              : letter === "p"
                ? 5 + chance * 4
                : letter === "f"
                  ? 2 + chance * 2
                  : chance * 0.6,
          );
          set("max_loss_pct", isPoor ? 12 + chance * 20 : chance * 3);
          of.width_px.push(medium === "audio" || !isThere ? null : isPoor ? 640 : 1280);
          of.height_px.push(medium === "audio" || !isThere ? null : isPoor ? 360 : 720);
          of.frame_rate_fps.push(
            medium === "audio" || !isThere ? null : Math.round(isPoor ? 8 + chance * 6 : 24 + chance * 6),
          );
        }
        streams[`${medium === "share" ? "as" : medium}_${way}`] = of;
      }
    }
    const device =
      join.person.device[0] === null
        ? null
        : {
            zoom_avg_cpu_pct: ts.map((time) => Math.round(4 + random("cpu", join.userId, time) * 6)),
            zoom_max_cpu_pct: ts.map((time) => Math.round(9 + random("cpu", join.userId, time) * 12)),
            system_max_cpu_pct: ts.map((time) => Math.round(30 + random("all", join.userId, time) * 55)),
            min_rssi_dbm: ts.map(() => (join.person.network === "Wifi" ? -71 : null)),
            avg_rssi_dbm: ts.map((time) =>
              join.person.network === "Wifi" ? Math.round(-66 + random("rssi", join.userId, time) * 9) : null,
            ),
            max_rssi_dbm: ts.map(() => (join.person.network === "Wifi" ? -55 : null)),
          };
    return { user_id: join.userId, name: nameOf(join), ts, streams, device, origin: "rest_past" };
  }

  const countedOf = (rows) => {
    const tally = tallyOf(rows);
    return {
      people: new Set(rows.map((row) => row.join.person.key)).size,
      meetings: new Set(rows.map((row) => row.meeting.id)).size,
      joins: tally.joins,
      poor_joins: tally.poor_joins,
      minutes: tally.minutes,
      poor_minutes: tally.poor_minutes,
      unmatched_joins: Math.round(rows.length * 0.06),
    };
  };

  function effect(hits, of, referenceHits, referenceOf) {
    const [a, b] = [shareOf(hits, of), shareOf(referenceHits, referenceOf)];
    const difference = a.value - b.value;
    const lower = difference - Math.hypot(a.value - a.lower, b.upper - b.value) * 1.4;
    const upper = difference + Math.hypot(a.upper - a.value, b.value - b.lower) * 1.4;
    const finding = lower > 0 ? "worse" : upper < 0 ? "better" : "no-difference-shown";
    return {
      finding,
      difference,
      lower,
      upper,
      naive_lower: lower,
      naive_upper: upper,
      p_value: finding === "no-difference-shown" ? 0.31 : 0.004,
      design_effect: 1.9,
      smallest_visible: (upper - lower) * 0.72,
    };
  }

  function compared(rows, reference) {
    const [group, other] = [countedOf(rows), countedOf(reference)];
    if (group.people < 3 || group.meetings < 2 || other.people < 3 || other.meetings < 2)
      return { group, reference: other, finding: "not-enough-data" };
    const joins = effect(group.poor_joins, group.joins, other.poor_joins, other.joins);
    return {
      group,
      reference: other,
      finding: joins.finding,
      poor_joins: joins,
      poor_minutes: effect(group.poor_minutes, group.minutes, other.poor_minutes, other.minutes),
    };
  }

  function ranked(rows, by) {
    const trait = TRAITS[by];
    if (!trait) throw new Refusal(400, "There is no such trait", by, `Traits are ${Object.keys(TRAITS).join(", ")}.`);
    const overall = tallyOf(rows);
    return [
      ...groupBy(
        rows.filter((row) => trait(row.join) !== null),
        (row) => trait(row.join),
      ),
    ]
      .map(([name, of]) => {
        const group = countedOf(of);
        const rate = (group.poor_joins + (20 * overall.poor_joins) / Math.max(1, overall.joins)) / (group.joins + 20);
        const isFew = group.people < 3 || group.meetings < 2;
        const other = rows.filter((row) => trait(row.join) !== name);
        const tally = tallyOf(other);
        const excess =
          isFew || tally.joins === 0 ? null : effect(group.poor_joins, group.joins, tally.poor_joins, tally.joins);
        return {
          names: [name],
          standing: isFew ? "not-enough-data" : excess !== null && excess.lower > 0.05 ? "named" : "not-named",
          group,
          rate,
          rate_at_least: Math.max(0, rate - 0.03),
          excess: excess && [excess.difference, excess.lower, excess.upper],
          p_value: excess?.p_value ?? null,
        };
      })
      .sort((a, b) => b.rate_at_least - a.rate_at_least);
  }

  return answers;
}
