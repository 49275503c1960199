const MINUTE = 60_000;
const MEDIA = ["audio", "video", "share"];
const RANK = "-ugfpb";

/** What each minute of each join was, and what that adds up to. */
export function minutesOf({ random, incidents }) {
  const strips = new Map();

  /** The letters of a join in a medium, or the worst of all media, from the meeting's first minute on. */
  function strip(meeting, join, stream) {
    const key = `${meeting.id} ${join.userId} ${stream}`;
    const known = strips.get(key);
    if (known !== undefined) return known;
    const made =
      stream === "worst" ? worst(MEDIA.map((medium) => strip(meeting, join, medium))) : drawn(meeting, join, stream);
    strips.set(key, made);
    return made;
  }

  function drawn(meeting, join, medium) {
    if ((medium === "video" && !join.hasVideo) || (medium === "share" && !join.hasShare))
      return "-".repeat(meeting.minutes);
    const reaching = incidents.filter((incident) => incident.reaches(join));
    const gap = random("gap", meeting.id, join.userId) < 0.12 ? join.first + 6 : -1;
    let letters = "";
    for (let minute = 0; minute < meeting.minutes; minute += 1) {
      if (minute < join.first || minute >= join.end || (minute >= gap && minute < gap + 4 && gap >= 0)) {
        letters += "-";
        continue;
      }
      const at = meeting.start + minute * MINUTE;
      const chance = random(medium, meeting.id, join.userId, minute);
      const incident = reaching.find(({ from, to }) => at >= from && at < to);
      const isHit = incident !== undefined && chance < incident.severity * (medium === "audio" ? 1 : 0.7);
      if (isHit) letters += chance < incident.severity * 0.35 ? "b" : "p";
      else if (chance > 0.994) letters += "p";
      else if (chance > 0.95) letters += "f";
      else if (chance > 0.945) letters += "u";
      else letters += "g";
    }
    return letters;
  }

  /** What a strip adds up to. */
  function tally(letters) {
    let [judged, poor, run, longest] = [0, 0, 0, 0];
    for (const letter of letters) {
      const isPoor = letter === "p" || letter === "b";
      if ("gfpb".includes(letter)) judged += 1;
      if (isPoor) poor += 1;
      run = isPoor ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return { judged, poor, longest };
  }

  return {
    strip,
    tally,
    incidentsOf: (join, at) => incidents.filter((one) => one.reaches(join) && at >= one.from && at < one.to),
  };
}

function worst(strips) {
  let letters = "";
  for (let minute = 0; minute < strips[0].length; minute += 1) {
    letters += strips
      .map((one) => one[minute])
      .reduce((bad, letter) => (RANK.indexOf(letter) > RANK.indexOf(bad) ? letter : bad));
  }
  return letters;
}

/** The verdict of so many poor minutes; its limits are the mock's own. */
export function verdictOf({ judged, poor }) {
  if (judged < 2) return { verdict: "unclassified", reason: judged === 0 ? "not-measured" : "too-short" };
  const share = poor / judged;
  return { verdict: share >= 0.4 ? "bad" : share >= 0.15 ? "poor" : share >= 0.05 ? "fair" : "good", reason: null };
}

/** Wilson's limits of 95 %; `null` of nothing. */
export function shareOf(poor, judged) {
  if (judged === 0) return null;
  const z = 1.959964;
  const [value, centre] = [poor / judged, (poor / judged + (z * z) / (2 * judged)) / (1 + (z * z) / judged)];
  const half =
    (z * Math.sqrt((value * (1 - value)) / judged + (z * z) / (4 * judged * judged))) / (1 + (z * z) / judged);
  return { value, lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}
