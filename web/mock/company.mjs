import { randomness } from "./random.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const FIRST =
  "Aiko Amara Chen Elif Hugo Ines Ivan Jill Jonas Kofi Luca Maja Nadia Olga Priya Umar Vera Wei Yusuf Zoë".split(" ");
const LAST =
  "Abel Bauer Costa Evans Fischer Haas Jansen Lang Lopez Mensah Meyer Novak Okafor Sato Ueda Vogel Weber Yilmaz Zhang".split(
    " ",
  );

/** Names that strangers choose: they must stay text, and break no page. */
const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "Maximiliana-Theodora von und zu Hohenschwangau-Wittelsbach-Sonderburg (external, phone bridge 4)",
  "\u202Egnp.exe\u202C safe",
  '=HYPERLINK("http://example.com")',
  "Ana\u0000Null\tTab",
];

export const SITES = [
  { name: "Berlin", kind: "office", center: "Germany (FR Top)", location: "Berlin (DE)", address: "192.0.2.10" },
  { name: "London", kind: "office", center: "Germany (FR Top)", location: "London (GB)", address: "192.0.2.20" },
  {
    name: "New York",
    kind: "office",
    center: "United States (NY Top)",
    location: "New York (US)",
    address: "192.0.2.30",
  },
  {
    name: "San Jose",
    kind: "office",
    center: "United States (SJC Top)",
    location: "San Jose (US)",
    address: "192.0.2.40",
  },
  { name: "São Paulo", kind: "office", center: "Brazil (SP Top)", location: "São Paulo (BR)", address: "192.0.2.50" },
  {
    name: "Zürich / Altstetten, Haus 4",
    kind: "office",
    center: "Germany (FR Top)",
    location: "Zürich (CH)",
    address: "192.0.2.60",
  },
  { name: "VPN Frankfurt", kind: "vpn", center: "Germany (FR Top)", location: "Frankfurt (DE)", address: "192.0.2.70" },
  { name: null, kind: null, center: "United States (NY Top)", location: null, address: null },
];
const VERSIONS = ["6.9.10.14843", "6.9.10.14572", "6.9.5.14002", "6.8.0.13112"];
const NETWORKS = ["Wifi", "Wired", "Wifi", "PPP", null];
const DEVICES = [
  ["Mac", "Mac 15.6"],
  ["Windows", "Windows 11"],
  ["Windows", "Windows 10"],
  ["iOS", "iOS 26.1"],
  [null, null],
];
const HEADSETS = ["Jabra Evolve 75", "MacBook Pro Microphone", "Poly Sync 20", null];
const TOPICS = [
  "Planning team 8",
  "Project Granite, team 20 and guests",
  "Weekly review",
  "Customer call: Nordwind",
  "Hiring panel",
  "Design critique",
  "1:1",
  "Release readiness",
  "Incident review",
  "Sales pipeline",
];

/**
 * A company of 220 people, its meetings of the 30 days before `now`, and what went wrong in them.
 *
 * @param {{ seed?: number, now?: number }} options `now` in milliseconds since 1970
 */
export function company({ seed = 1, now = Date.parse("2026-11-24T12:00:00Z") } = {}) {
  const random = randomness(seed);
  const pick = (list, ...place) => list[Math.floor(random(...place) * list.length)];
  const people = Array.from({ length: 220 }, (_, index) => {
    const first = pick(FIRST, "first", index);
    const last = pick(LAST, "last", index);
    const email = `${first}.${last}${index}@example.com`.toLowerCase();
    return {
      key: email,
      email,
      name: HOSTILE[index - 40] ?? `${first} ${last}`,
      site: SITES[Math.min(SITES.length - 1, Math.floor(random("site", index) ** 1.4 * SITES.length))],
      network: pick(NETWORKS, "network", index),
      version: pick(VERSIONS, "version", index),
      device: pick(DEVICES, "device", index),
      headset: pick(HEADSETS, "headset", index),
      isVip: index % 40 === 3,
    };
  });
  const midnight = Math.floor(now / DAY) * DAY;
  const incidents = troubles(midnight, people);
  const meetings = [];
  const meet = (id, topic, start, minutes, size, who) => {
    const host = people[Math.floor(random("host", id) * people.length)];
    const uuid = Buffer.from(`${id}/${Math.floor(random("uuid", id) * 1e9)}?>>~`).toString("base64");
    const joins = Array.from({ length: size }, (_, index) => {
      const person = who?.(index) ?? people[Math.floor(random("who", id, index) * people.length)];
      const late =
        size > 100
          ? Math.floor(random("late", id, index) ** 3 * minutes * 0.6)
          : Math.floor(random("late", id, index) ** 4 * 8);
      const early =
        size > 100 && random("leaves", id, index) < 0.2
          ? Math.floor(random("early", id, index) * (minutes - late) * 0.8)
          : 0;
      return {
        userId: String(16_778_240 + Math.floor(random("number", id, index) * 1e6) * 16 + index),
        person,
        // One in 25 is a guest, whom the account does not know.
        isGuest: random("guest", id, index) < 0.04,
        first: late,
        end: minutes - early,
        hasVideo: random("video", id, index) < 0.7,
        hasShare: index === 0 || random("share", id, index) < 0.5,
      };
    });
    meetings.push({ id, uuid, number: 90_000_000_000 + id * 37, topic, host, start, minutes, joins });
  };
  for (let day = 30; day >= 0; day -= 1) {
    const date = midnight - day * DAY;
    const isWeekend = [0, 6].includes(new Date(date).getUTCDay());
    for (let index = 0; index < (isWeekend ? 1 : 22); index += 1) {
      const id = (30 - day) * 100 + index;
      const start = date + 7 * HOUR + Math.floor(random("start", id) * 22) * 30 * MINUTE;
      if (start + HOUR > now) continue;
      const topic =
        id % 29 === 7 ? null : id % 31 === 5 ? HOSTILE[0] : id % 37 === 9 ? HOSTILE[2] : pick(TOPICS, "topic", id);
      meet(id, topic, start, 15 + Math.floor(random("minutes", id) * 60), 2 + Math.floor(random("size", id) ** 2 * 16));
    }
  }
  const berlin = people.filter((person) => person.site.name === "Berlin" && person.network === "Wifi");
  const yesterday = midnight - DAY;
  meet(9001, "Board call", yesterday + 10 * HOUR, 62, 14, (index) =>
    index < 7 ? berlin[index % berlin.length] : undefined,
  );
  meet(9002, "All hands", yesterday + 15 * HOUR, 120, 1000);
  meet(
    9003,
    `${HOSTILE[1]}: quarterly planning of everything that is still to be planned`,
    yesterday + 13 * HOUR,
    30,
    3,
  );
  meetings.sort((a, b) => a.start - b.start);
  return { now, random, people, meetings, incidents };
}

/** What went wrong: whom it reaches, and how likely a minute of theirs is poor. */
function troubles(midnight, people) {
  const at = (daysAgo, hours, minutes = 0) => midnight - daysAgo * DAY + hours * HOUR + minutes * MINUTE;
  const busy = people[61];
  const sender = people[19];
  return [
    {
      cause: "access-wifi",
      scope: { kind: "access-network", name: "Berlin" },
      from: at(1, 10, 17),
      to: at(1, 11, 34),
      probability: 0.95,
      severity: 0.78,
      summary: "the Wi-Fi at Berlin",
      reaches: ({ person }) => person.site.name === "Berlin" && person.network === "Wifi",
      evidence_for: [
        "In 52 % of 224 minutes the radio signal is weaker than usual there, against 4 % of 1935 other minutes.",
        "In 77 % of 165 minutes more than 1 % of what is sent is lost, against 13 % of 1517 other minutes.",
      ],
      evidence_against: [],
      would_decide: [
        "The same person on a cable, in the same place.",
        "Figures of somebody on a cable at the same site, in the same minutes.",
      ],
      next: "Look at the access point's signal, channel and load at that time; have somebody there try by wire.",
    },
    {
      cause: "site-or-isp",
      scope: { kind: "site", name: "Berlin" },
      from: at(5, 9, 52),
      to: at(5, 17, 50),
      probability: 0.96,
      severity: 0.6,
      summary: "the line of Berlin, or its provider",
      reaches: ({ person }) => person.site.name === "Berlin",
      evidence_for: [
        "In 56 % of 402 minutes more than 1 % of what is sent is lost, against 13 % of 2564 other minutes.",
      ],
      evidence_against: [
        "In only 29 % of 225 minutes more than 1 % of what is received is lost, and no sender explains it.",
      ],
      would_decide: ["The provider's own report, or a measurement from the router to the provider's first hop."],
      next: "Look at the line's errors and loss at that time, and hand the times to the provider.",
    },
    {
      cause: "downlink-capacity",
      scope: { kind: "site", name: "New York" },
      from: at(7, 13, 47),
      to: at(7, 18, 55),
      probability: 0.92,
      severity: 0.85,
      summary: "a full line into New York",
      reaches: ({ person }) => person.site.name === "New York",
      evidence_for: [
        "In 84 % of 687 minutes more than 1 % of what is received is lost, and no sender explains it, against 1 % of 426 other minutes.",
      ],
      evidence_against: [],
      would_decide: ["The load of the line in these minutes, by its router.", "A speed test while it lasts."],
      next: "See what was fetched at that time (updates, downloads); give real-time traffic its share on the way in.",
    },
    {
      cause: "data-center",
      scope: { kind: "data-center", name: "Germany (FR Top)" },
      from: at(4, 14, 0),
      to: at(4, 15, 40),
      probability: 0.9,
      severity: 0.45,
      summary: "Zoom's data centre Germany (FR Top)",
      reaches: ({ person }) => person.site.center === "Germany (FR Top)",
      evidence_for: [
        "In 41 % of 310 minutes of 4 sites the round trip is longer than usual, against 3 % of 1204 other minutes.",
      ],
      evidence_against: ["In only 12 % of 310 minutes packets arrive less evenly than usual."],
      would_decide: ["Zoom's status page for these minutes."],
      next: "Look at Zoom's status page for the data centre at that time, and hand the times to Zoom.",
    },
    {
      cause: "client-version",
      scope: { kind: "version", name: "6.9.10.14843" },
      from: at(8, 0),
      to: at(4, 0),
      probability: 0.88,
      severity: 0.14,
      summary: "version 6.9.10.14843 of the client",
      reaches: ({ person }) => person.version === "6.9.10.14843",
      evidence_for: ["In 21 % of 615 minutes the processor is busier than usual, against 1 % of 1022 other minutes."],
      evidence_against: [],
      would_decide: ["The same people with another version."],
      next: "Compare with another version (`zqos compare --where \"version = '…'\"`) and roll it back, or on.",
    },
    {
      cause: "device-cpu",
      scope: { kind: "person", name: busy.email },
      from: at(8, 0),
      to: at(1, 23, 59),
      probability: 0.8,
      severity: 0.6,
      summary: `the busy processor of ${busy.email}`,
      reaches: ({ person }) => person === busy,
      evidence_for: ["In 61 % of 69 minutes the whole device's processor is busy beyond 90 %."],
      evidence_against: ["In only 2 % of 69 minutes the round trip is longer than usual."],
      would_decide: ["The same person with another device."],
      next: "See what else ran on the device; close it, or switch off virtual backgrounds and HD video.",
    },
    {
      cause: "faulty-sender",
      scope: { kind: "person", name: sender.email },
      from: at(2, 8),
      to: at(1, 18),
      probability: 0.87,
      severity: 0.55,
      summary: `the loss of what ${sender.email} sends, before it leaves`,
      reaches: ({ person }) => person === sender,
      evidence_for: ["In 100 % of 62 minutes more than 1 % of what is sent is lost."],
      evidence_against: ["In only 0 % of 62 minutes the round trip is longer than usual, measured on what is sent."],
      would_decide: ["The same person with another device, cable or driver."],
      next: "Have the person try another cable, adapter, driver or network; the others need nothing.",
    },
    {
      cause: "not-determinable",
      scope: { kind: "site", name: "London" },
      from: at(3, 10),
      to: at(3, 11, 20),
      probability: 0.7,
      severity: 0.4,
      summary: "a cause that can't be told (site-or-isp or vpn-or-proxy), at London",
      reaches: ({ person }) => person.site.name === "London",
      evidence_for: ["44 of 80 minutes of 3 people show it."],
      evidence_against: [],
      would_decide: ["Figures of somebody at London who does not use the VPN."],
      next: "Gather what would decide it, below; until then blame nobody.",
      candidates: ["site-or-isp", "vpn-or-proxy"],
    },
  ];
}
